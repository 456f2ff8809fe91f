using System.Security.Cryptography;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Acl.Checking;
using ModularKv.Acl.Rules;
using ModularKv.Acl.Users;

namespace ModularKv.Acl.Commands;

/// <summary>ACL CAT, GENPASS and DRYRUN.</summary>
internal sealed class RuleCommands(IServer server, UserTable users, RightsCheck check)
{
    private const int PasswordBitsMax = 4096;
    private const int PasswordBits = 256;
    private const int ShownBytesMax = 128;

    /// <summary>ACL CAT [category]. Source: redis.io/commands/acl-cat.</summary>
    public void Categories(ref CommandContext call)
    {
        if (AclArguments.HasTooMany(ref call, 3)) return;
        if (call.ArgumentCount == 2)
        {
            call.Reply.Array(CommandIndex.Categories.Length);
            foreach ((string name, _) in CommandIndex.Categories) call.Reply.Bulk(Encoding.ASCII.GetBytes(name));
            return;
        }

        ReadOnlySpan<byte> asked = Words.Shown(call.Argument(2));
        AclCategories category = CommandIndex.CategoryOf(asked);
        if (category == AclCategories.None)
        {
            call.Reply.Error([.. "ERR Unknown category '"u8, .. asked[..Math.Min(asked.Length, ShownBytesMax)], (byte)'\'']);
            return;
        }

        List<Command> found = [.. new CommandIndex(server.Commands).Everything.Where(command => CommandIndex.IsIn(command, category))];
        call.Reply.Array(found.Count);
        foreach (Command command in found) call.Reply.Bulk(Encoding.UTF8.GetBytes(command.FullName));
    }

    /// <summary>ACL GENPASS [bits]. Source: redis.io/commands/acl-genpass.</summary>
    public void GeneratePassword(ref CommandContext call)
    {
        if (AclArguments.HasTooMany(ref call, 3)) return;
        long bits = PasswordBits;
        if (call.ArgumentCount == 3 && !NumberText.TryParse(call.Argument(2), out bits))
        {
            call.Reply.NotAnInteger();
            return;
        }

        if (bits is <= 0 or > PasswordBitsMax)
        {
            call.Reply.Error("ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to "
                + PasswordBitsMax);
            return;
        }

        const int BitsPerDigit = 4;
        int digits = (int)((bits + BitsPerDigit - 1) / BitsPerDigit);
        call.Reply.Bulk(Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(digits, lowercase: true)));
    }

    /// <summary>ACL DRYRUN username command [arg [arg ...]]. Source: redis.io/commands/acl-dryrun.</summary>
    public void TryOut(ref CommandContext call)
    {
        ReplyWriter reply = call.Reply;
        if (users.Find(call.Argument(2)) is not { } user)
        {
            reply.Error([.. "ERR User '"u8, .. Words.Shown(call.Argument(2)), .. "' not found"u8]);
            return;
        }

        ArgumentList arguments = call.Arguments.Slice(3);
        if (server.Commands.Resolve(arguments) is not { } command)
        {
            reply.Error([.. "ERR Command '"u8, .. Words.Shown(call.Argument(3)), .. "' not found"u8]);
            return;
        }

        int arity = command.Spec.Arity;
        if (arity > 0 ? arguments.Count != arity : arguments.Count < -arity)
        {
            reply.Error($"ERR wrong number of arguments for '{command.FullName}' command");
            return;
        }

        Denial denial = check.Judge(user.Selectors, command, arguments, out int position);
        if (denial == Denial.None) reply.Ok(); else reply.Bulk(Refusals.OfTrial(denial, command, arguments[position]));
    }
}
