using ModularKv.Abstractions;
using ModularKv.Acl.Rules;
using ModularKv.Acl.Users;

namespace ModularKv.Acl.Checking;

/// <summary>The rights of a user, as the server asks for them.</summary>
internal sealed class UserRights(AclUser user, RightsCheck check, AccessLog log) : ClientRights
{
    /// <inheritdoc/>
    public override bool Allows(Command command, ArgumentList arguments)
        => check.Judge(user.Selectors, command, arguments, out _) == Denial.None;

    /// <inheritdoc/>
    public override bool AllowsEveryKey(Command command, ArgumentList arguments, KeyFlags access)
        => check.AllowsEveryKey(user.Selectors, command, arguments, KeyPattern.Needed(access));

    /// <inheritdoc/>
    public override bool AllowsKey(ReadOnlySpan<byte> key, KeyFlags access)
    {
        foreach (Selector selector in user.Selectors)
        {
            if (RightsCheck.AllowsKey(selector, key, KeyPattern.Needed(access))) return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public override bool AllowsChannel(ReadOnlySpan<byte> channel, bool isPattern)
    {
        foreach (Selector selector in user.Selectors)
        {
            if (RightsCheck.AllowsChannel(selector, channel, isPattern)) return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public override bool SkipsSanitizing => user.SanitizesPayload == false;

    /// <inheritdoc/>
    public override byte[] Refuse(Client client, Command command, ArgumentList arguments, CallOrigin origin)
    {
        Denial denial = check.Judge(user.Selectors, command, arguments, out int position);
        log.NoteRefusal(client, user, denial, command, arguments, position, origin);
        return [.. origin switch
        {
            CallOrigin.Client => Refusals.Of(denial, command),
            CallOrigin.Queue => Refusals.InQueue(denial),
            CallOrigin.Script => Refusals.InScript(denial),
            _ => Refusals.InModule(denial),
        }];
    }
}
