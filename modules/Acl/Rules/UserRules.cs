using System.Security.Cryptography;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Acl.Users;

namespace ModularKv.Acl.Rules;

/// <summary>The rules of a user: state, passwords, selectors, and those of its root selector. Source: ACLSetUser.</summary>
/// <param name="selectors">Applies what is about commands, keys and channels.</param>
/// <param name="allChannels">Whether new selectors have all channels: acl-pubsub-default.</param>
internal sealed class UserRules(SelectorRules selectors, bool allChannels)
{
    private const int HashLength = 64;

    /// <summary>Applies one rule.</summary>
    /// <param name="user">What it changes; unchanged after an error.</param>
    /// <param name="rule">The rule; an empty one changes nothing.</param>
    public RuleError Apply(AclUser user, ReadOnlySpan<byte> rule)
    {
        if (rule.IsEmpty) return RuleError.None;
        ReadOnlySpan<byte> word = Words.Shown(rule);
        if (TryState(user, word) || TryReset(user, word)) return RuleError.None;
        switch (rule[0])
        {
            case (byte)'>':
                user.AddPassword(Hash(rule[1..]));
                return RuleError.None;
            case (byte)'<':
                return user.RemovePassword(Hash(rule[1..])) ? RuleError.None : RuleError.NoSuchPassword;
            case (byte)'#' or (byte)'!' when !IsHash(rule[1..]):
                return RuleError.BadHash;
            case (byte)'#':
                user.AddPassword(Encoding.ASCII.GetString(rule[1..]));
                return RuleError.None;
            case (byte)'!':
                return user.RemovePassword(Encoding.ASCII.GetString(rule[1..])) ? RuleError.None : RuleError.NoSuchPassword;
            case (byte)'(' when rule[^1] == (byte)')':
                return AddSelector(user, rule[1..^1]);
            default:
                return selectors.Apply(user.Root, rule);
        }
    }

    /// <summary>SHA-256 of a password in lower-case hexadecimal digits, as it is kept.</summary>
    public static string Hash(ReadOnlySpan<byte> password)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(password, hash);
        return Convert.ToHexStringLower(hash);
    }

    private static bool IsHash(ReadOnlySpan<byte> text)
        => text.Length == HashLength && text.IndexOfAnyExcept("0123456789abcdef"u8) < 0;

    private static bool TryState(AclUser user, ReadOnlySpan<byte> word)
    {
        if (Is(word, "on"u8)) user.IsEnabled = true;
        else if (Is(word, "off"u8)) user.IsEnabled = false;
        else if (Is(word, "skip-sanitize-payload"u8)) user.SanitizesPayload = false;
        else if (Is(word, "sanitize-payload"u8)) user.SanitizesPayload = true;
        else if (Is(word, "nopass"u8)) user.ResetPasswords(true);
        else if (Is(word, "resetpass"u8)) user.ResetPasswords(false);
        else return false;
        return true;
    }

    private bool TryReset(AclUser user, ReadOnlySpan<byte> word)
    {
        if (Is(word, "clearselectors"u8))
        {
            user.ClearSelectors();
            return true;
        }

        if (!Is(word, "reset"u8)) return false;
        user.ResetPasswords(false);
        user.Root.ResetKeys(false);
        user.Root.ResetChannels(allChannels);
        user.Root.ResetCommands(false);
        user.IsEnabled = false;
        user.SanitizesPayload = true;
        user.ClearSelectors();
        return true;
    }

    private RuleError AddSelector(AclUser user, ReadOnlySpan<byte> inside)
    {
        var selector = new Selector(allChannels);

        // Unbalanced quotes make no words in Redis either, and so a selector that allows nothing.
        foreach (byte[] rule in RuleArguments.Split(inside) ?? [])
        {
            RuleError error = rule.Length == 0 ? RuleError.Syntax : selectors.Apply(selector, rule);
            if (error != RuleError.None) return error;
        }

        user.AddSelector(selector);
        return RuleError.None;
    }

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> keyword) => Words.EqualsIgnoreCase(word, keyword);
}
