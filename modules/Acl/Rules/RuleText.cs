using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Acl.Users;

namespace ModularKv.Acl.Rules;

/// <summary>Users and selectors as the rules that would make them. Source: ACLDescribeUser and its neighbours.</summary>
internal sealed class RuleText(CommandIndex commands)
{
    private readonly SelectorRules _rules = new(commands);

    /// <summary>A user's rules in one line, without "user" and its name.</summary>
    public string Of(AclUser user)
    {
        var words = new List<string>(FlagsOf(user));
        words.AddRange(user.Passwords.Select(hash => "#" + hash));
        words.AddRange(WordsOf(user.Root));
        foreach (Selector selector in user.Selectors.AsSpan(1)) words.Add("(" + string.Join(' ', WordsOf(selector)) + ")");
        return string.Join(' ', words);
    }

    /// <summary>A user's flags, in Redis's order.</summary>
    public static IEnumerable<string> FlagsOf(AclUser user)
    {
        yield return user.IsEnabled ? "on" : "off";
        if (user.NeedsNoPassword) yield return "nopass";
        if (user.SanitizesPayload is { } sanitizes) yield return sanitizes ? "sanitize-payload" : "skip-sanitize-payload";
    }

    /// <summary>The patterns of keys, as GETUSER shows them.</summary>
    public static string KeysOf(Selector selector)
        => selector.AllKeys ? "~*" : string.Join(' ', selector.Keys.Select(Text));

    /// <summary>The patterns of channels, as GETUSER shows them.</summary>
    public static string ChannelsOf(Selector selector)
        => selector.AllChannels ? "&*" : string.Join(' ', selector.Channels.Select(channel => "&" + Decode(channel)));

    /// <summary>
    /// The shortest rules for the commands: from all or none, by the categories that fit best, then by single commands.
    /// </summary>
    public string CommandsOf(Selector selector)
    {
        // Rules are applied to a copy as they are found: what is left to say is where the two differ.
        bool additive = !selector.Commands.HasFuture;
        var made = new Selector(false);
        made.ResetCommands(!additive);
        var left = selector.Copy();
        var words = new List<string> { additive ? "-@all" : "+@all" };
        var applied = new HashSet<AclCategories>();
        while (BestCategory(left, additive, applied) is { } best)
        {
            _rules.ChangeCategory(made, best.Flag, additive);
            _rules.ChangeCategory(left, best.Flag, !additive);
            words.Add((additive ? "+@" : "-@") + best.Name);
            applied.Add(best.Flag);
        }

        foreach (Command command in commands.Everything)
        {
            bool isIn = selector.Commands.Has(command.Id);
            if (isIn != made.Commands.Has(command.Id))
            {
                words.Add((isIn ? "+" : "-") + command.FullName);
                made.Change(command, isIn);
            }

            if (isIn) continue;
            words.AddRange(selector.FirstArgumentsOf(command)
                .Select(word => $"+{command.FullName}|{ConfigurationText.Decode(word)}"));
        }

        return string.Join(' ', words);
    }

    private IEnumerable<string> WordsOf(Selector selector)
    {
        if (KeysOf(selector) is { Length: > 0 } keys) yield return keys;
        if (!selector.AllChannels) yield return "resetchannels";
        if (ChannelsOf(selector) is { Length: > 0 } channels) yield return channels;
        yield return CommandsOf(selector);
    }

    // The category with more commands to say than to take back, the fewest to take back first, then the most to say.
    private (string Name, AclCategories Flag)? BestCategory(Selector left, bool additive, HashSet<AclCategories> applied)
    {
        (string, AclCategories)? best = null;
        int fewest = int.MaxValue, most = 0;
        foreach ((string name, AclCategories flag) in CommandIndex.Categories)
        {
            if (applied.Contains(flag)) continue;
            int on = 0, off = 0;
            foreach (Command command in commands.Everything)
            {
                if (!CommandIndex.IsIn(command, flag)) continue;
                if (left.Commands.Has(command.Id)) on++; else off++;
            }

            (int same, int different) = additive ? (on, off) : (off, on);
            if (same <= different || different > fewest || (different == fewest && same <= most)) continue;
            best = (name, flag);
            (fewest, most) = (different, same);
        }

        return best;
    }

    private static string Text(KeyPattern pattern) => pattern.Access switch
    {
        KeyAccess.Read => "%R~",
        KeyAccess.Write => "%W~",
        _ => "~",
    } + Decode(pattern);

    private static string Decode(KeyPattern pattern) => ConfigurationText.Decode(pattern.Pattern);
}
