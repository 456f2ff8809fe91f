using ModularKv.Abstractions;

namespace ModularKv.Acl.Rules;

/// <summary>Rules as they come in arguments or lines, and selectors, which may be spread over several of them.</summary>
internal static class RuleArguments
{
    /// <summary>Puts selectors that were split at blanks together again. Source: ACLMergeSelectorArguments.</summary>
    /// <param name="arguments">The rules as they came.</param>
    /// <param name="open">Index of the argument whose parenthesis is never closed; -1: none.</param>
    /// <returns>Null when a parenthesis is never closed.</returns>
    public static List<byte[]>? Merge(IReadOnlyList<byte[]> arguments, out int open)
    {
        open = -1;
        var merged = new List<byte[]>(arguments.Count);
        var selector = new List<byte>();
        for (int i = 0; i < arguments.Count; i++)
        {
            byte[] argument = arguments[i];
            bool opens = argument is [(byte)'(', ..] && argument[^1] != (byte)')';
            if (opens)
            {
                // One within another starts over, as in Redis.
                selector = [.. argument];
                open = i;
            }
            else if (open < 0)
            {
                merged.Add(argument);
            }
            else
            {
                selector.Add((byte)' ');
                selector.AddRange(Words.Shown(argument));
                if (argument is not [.., (byte)')']) continue;
                merged.Add([.. selector]);
                open = -1;
            }
        }

        return open < 0 ? merged : null;
    }

    /// <summary>The words between the parentheses of a selector: at blanks, with quotes as in redis.conf. Null: a quote is never
    /// closed.</summary>
    public static List<byte[]>? Split(ReadOnlySpan<byte> inside)
    {
        var words = new List<byte[]>();
        inside = Words.Shown(inside);
        int at = 0;
        while (true)
        {
            while (at < inside.Length && IsSpace(inside[at])) at++;
            if (at == inside.Length) return words;
            var word = new List<byte>();
            if (!TryRead(inside, ref at, word)) return null;
            words.Add([.. word]);
        }
    }

    private static bool TryRead(ReadOnlySpan<byte> text, ref int at, List<byte> word)
    {
        for (; at < text.Length && !IsSpace(text[at]); at++)
        {
            byte quote = text[at];
            if (quote is not ((byte)'"' or (byte)'\''))
            {
                word.Add(quote);
                continue;
            }

            at++;
            if (!TryReadQuoted(text, ref at, quote, word)) return false;
            return at == text.Length || IsSpace(text[at]);
        }

        return true;
    }

    private static bool TryReadQuoted(ReadOnlySpan<byte> text, ref int at, byte quote, List<byte> word)
    {
        while (at < text.Length)
        {
            byte value = text[at++];
            if (value == quote) return true;
            if (value != (byte)'\\' || at == text.Length || (quote == (byte)'\'' && text[at] != quote))
            {
                word.Add(value);
                continue;
            }

            value = text[at++];
            if (quote == (byte)'\'')
            {
                word.Add(value);
            }
            else if (value == (byte)'x' && at + 1 < text.Length && IsHex(text[at]) && IsHex(text[at + 1]))
            {
                word.Add(Convert.FromHexString([(char)text[at], (char)text[at + 1]])[0]);
                at += 2;
            }
            else
            {
                word.Add(value switch
                {
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    (byte)'b' => (byte)'\b',
                    (byte)'a' => (byte)'\a',
                    _ => value,
                });
            }
        }

        return false;
    }

    private static bool IsHex(byte value) => char.IsAsciiHexDigit((char)value);

    private static bool IsSpace(byte value) => value is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');
}
