using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Acl.Rules;

/// <summary>The rules about commands, keys and channels. Source: ACLSetSelector.</summary>
/// <param name="commands">The commands that rules may name.</param>
/// <param name="log">Told of what Redis warns about.</param>
internal sealed class SelectorRules(CommandIndex commands, ILog? log = null)
{
    /// <summary>Applies one rule.</summary>
    /// <param name="selector">What it changes; unchanged after an error.</param>
    /// <param name="rule">The rule, not empty.</param>
    public RuleError Apply(Selector selector, ReadOnlySpan<byte> rule)
    {
        // Words end at a zero byte, as C strings do; patterns and passwords may contain any byte that their own check lets through.
        ReadOnlySpan<byte> word = Words.Shown(rule);
        if (TryWord(selector, word)) return RuleError.None;
        return rule[0] switch
        {
            (byte)'~' or (byte)'%' => AddKeys(selector, rule),
            (byte)'&' => AddChannels(selector, rule),
            (byte)'+' or (byte)'-' when word.Length > 1 && word[1] == (byte)'@' => ChangeCategory(selector, word),
            (byte)'+' => Allow(selector, word[1..]),
            (byte)'-' => Deny(selector, word[1..]),
            _ => RuleError.Syntax,
        };
    }

    private static bool TryWord(Selector selector, ReadOnlySpan<byte> word)
    {
        if (Is(word, "allkeys"u8) || Is(word, "~*"u8)) selector.ResetKeys(true);
        else if (Is(word, "resetkeys"u8)) selector.ResetKeys(false);
        else if (Is(word, "allchannels"u8) || Is(word, "&*"u8)) selector.ResetChannels(true);
        else if (Is(word, "resetchannels"u8)) selector.ResetChannels(false);
        else if (Is(word, "allcommands"u8) || Is(word, "+@all"u8)) selector.ResetCommands(true);
        else if (Is(word, "nocommands"u8) || Is(word, "-@all"u8)) selector.ResetCommands(false);
        else return false;
        return true;
    }

    private static RuleError AddKeys(Selector selector, ReadOnlySpan<byte> rule)
    {
        if (selector.AllKeys) return RuleError.AfterAllKeys;
        KeyAccess access = KeyAccess.All;
        int start = 1;
        if (rule[0] == (byte)'%' && !TryAccess(rule, out access, out start)) return RuleError.Syntax;
        ReadOnlySpan<byte> pattern = rule[start..];
        if (HasSpaces(pattern)) return RuleError.Syntax;
        selector.AddKeys(pattern, access);
        return RuleError.None;
    }

    // R and W, each once at most, then a tilde; as in Redis the tilde may be missing before an empty pattern.
    private static bool TryAccess(ReadOnlySpan<byte> rule, out KeyAccess access, out int start)
    {
        access = KeyAccess.None;
        for (start = 1; start < rule.Length; start++)
        {
            if (rule[start] == (byte)'~')
            {
                start++;
                return access != KeyAccess.None;
            }

            KeyAccess one = (rule[start] | 0x20) switch { 'r' => KeyAccess.Read, 'w' => KeyAccess.Write, _ => KeyAccess.None };
            if (one == KeyAccess.None || (access & one) != 0) return false;
            access |= one;
        }

        return access != KeyAccess.None;
    }

    private static RuleError AddChannels(Selector selector, ReadOnlySpan<byte> rule)
    {
        if (selector.AllChannels) return RuleError.AfterAllChannels;
        if (HasSpaces(rule[1..])) return RuleError.Syntax;
        selector.AddChannels(rule[1..]);
        return RuleError.None;
    }

    private RuleError ChangeCategory(Selector selector, ReadOnlySpan<byte> word)
    {
        AclCategories category = CommandIndex.CategoryOf(word[2..]);
        if (category == AclCategories.None) return RuleError.Unknown;
        ChangeCategory(selector, category, word[0] == (byte)'+');
        return RuleError.None;
    }

    /// <summary>Lets all commands of a category in, or keeps them out.</summary>
    public void ChangeCategory(Selector selector, AclCategories category, bool isIn)
    {
        foreach (Command command in commands.Everything)
        {
            if (CommandIndex.IsIn(command, category)) selector.Change(command, isIn);
        }
    }

    private RuleError Allow(Selector selector, ReadOnlySpan<byte> name)
    {
        int bar = name.LastIndexOf((byte)'|');
        if (bar < 0) return Change(selector, name, true);
        if (commands.Find(name[..bar]) is not { } command) return RuleError.Unknown;
        if (command.Container is not null) return RuleError.FirstArgOfSubcommand;
        if (bar == name.Length - 1) return RuleError.Syntax;
        if (command.Subcommands.Count > 0) return Change(selector, name, true);
        ReadOnlySpan<byte> word = name[(bar + 1)..];
        log?.Warning("Deprecation warning: Allowing a first arg of an otherwise blocked command is a misuse of ACL and may get disabled "
            + $"in the future (offender: +{command.FullName}|{Encoding.Latin1.GetString(word)})");
        selector.AllowFirstArgument(command, word);
        return RuleError.None;
    }

    private RuleError Deny(Selector selector, ReadOnlySpan<byte> name) => Change(selector, name, false);

    private RuleError Change(Selector selector, ReadOnlySpan<byte> name, bool isIn)
    {
        if (commands.Find(name) is not { } command) return RuleError.Unknown;
        selector.Change(command, isIn);
        return RuleError.None;
    }

    /// <summary>Whether a name or pattern has blanks or zero bytes, which would not survive in an ACL file.</summary>
    public static bool HasSpaces(ReadOnlySpan<byte> text) => text.IndexOfAny(" \t\n\v\f\r\0"u8) >= 0;

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> keyword) => Words.EqualsIgnoreCase(word, keyword);
}
