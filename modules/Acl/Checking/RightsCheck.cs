using ModularKv.Abstractions;
using ModularKv.Acl.Rules;

namespace ModularKv.Acl.Checking;

/// <summary>Holds a command's name, keys and channels against the selectors of a user. Allocates nothing.</summary>
/// <param name="commands">Finds the keys.</param>
internal sealed class RightsCheck(ICommandTable commands)
{
    private readonly KeyPositions _keys = new();
    private bool _hasKeys;

    /// <summary>Whether one of the selectors allows all of it.</summary>
    /// <param name="selectors">The user's.</param>
    /// <param name="command">The command or subcommand.</param>
    /// <param name="arguments">With its name.</param>
    /// <param name="position">Index of the key or channel that no selector allows; 0 for a command.</param>
    /// <remarks>Source: ACLCheckAllUserCommandPerm.</remarks>
    public Denial Judge(Selector[] selectors, Command command, ArgumentList arguments, out int position)
    {
        Denial worst = Denial.Command;
        position = 0;
        int at = 0;
        _hasKeys = false;
        foreach (Selector selector in selectors)
        {
            Denial denial = Judge(selector, command, arguments, ref at);
            if (denial == Denial.None) return Denial.None;
            if (denial < worst || (denial == worst && at <= position)) continue;
            worst = denial;
            position = at;
        }

        return worst;
    }

    /// <summary>Whether one of the selectors allows the command, and every key in that way.</summary>
    public bool AllowsEveryKey(Selector[] selectors, Command command, ArgumentList arguments, KeyAccess needed)
    {
        _hasKeys = false;
        int at = 0;
        foreach (Selector selector in selectors)
        {
            if (Judge(selector, command, arguments, ref at) == Denial.None && HasEveryKey(selector, needed)) return true;
        }

        return false;
    }

    /// <summary>Whether a selector lets a key be used in that way.</summary>
    public static bool AllowsKey(Selector selector, ReadOnlySpan<byte> key, KeyAccess needed)
    {
        if (selector.AllKeys) return true;
        foreach (KeyPattern pattern in selector.Keys)
        {
            if ((pattern.Access & needed) == needed && pattern.Matches(key)) return true;
        }

        return false;
    }

    /// <summary>Whether a selector lets a channel be used. A pattern must stand among its patterns literally.</summary>
    public static bool AllowsChannel(Selector selector, ReadOnlySpan<byte> channel, bool isPattern)
    {
        if (selector.AllChannels) return true;
        foreach (KeyPattern pattern in selector.Channels)
        {
            if (isPattern ? channel.SequenceEqual(pattern.Pattern) : pattern.Matches(channel)) return true;
        }

        return false;
    }

    private Denial Judge(Selector selector, Command command, ArgumentList arguments, ref int at)
    {
        bool hasCommand = selector.AllCommands || selector.Commands.Has(command.Id) || (command.Flags & CommandFlags.NoAuth) != 0
            || selector.AllowsByFirstArgument(command, arguments);
        if (!hasCommand) return Denial.Command;
        if (!selector.AllKeys && !AllowsKeys(selector, command, arguments, ref at)) return Denial.Key;
        if (!selector.AllChannels && command.Spec.Channels is { } channels
            && !AllowsChannels(selector, channels, arguments, ref at)) return Denial.Channel;
        return Denial.None;
    }

    private bool AllowsKeys(Selector selector, Command command, ArgumentList arguments, ref int at)
    {
        if (!_hasKeys) FindKeys(command, arguments);
        KeyPositions keys = _keys;
        for (int i = 0; i < keys.Count; i++)
        {
            KeyFlags flags = keys.FlagsOf(i);
            if ((flags & KeyFlags.NotKey) != 0 || AllowsKey(selector, arguments[keys[i]], KeyPattern.Needed(flags))) continue;
            at = keys[i];
            return false;
        }

        return true;
    }

    // Once for all selectors. Malformed arguments name no key: the command itself will refuse them.
    private void FindKeys(Command command, ArgumentList arguments)
    {
        _hasKeys = true;
        CommandSpec spec = command.Spec;
        bool hasAny = spec.Keys.Length > 0 || spec.FindKeys is not null;
        if (!hasAny || !commands.FindKeys(command, arguments, _keys)) _keys.Clear();
    }

    private static bool AllowsChannels(Selector selector, ChannelSpec channels, ArgumentList arguments, ref int at)
    {
        int last = channels.Last < 0 ? arguments.Count + channels.Last : channels.Last;
        for (int i = channels.First; i <= last && i < arguments.Count; i++)
        {
            if (AllowsChannel(selector, arguments[i], channels.Use == ChannelUse.SubscribePattern)) continue;
            at = i;
            return false;
        }

        return true;
    }

    private static bool HasEveryKey(Selector selector, KeyAccess needed)
    {
        if (selector.AllKeys) return true;
        foreach (KeyPattern pattern in selector.Keys)
        {
            if ((pattern.Access & needed) == needed && pattern.IsEverything) return true;
        }

        return false;
    }
}
