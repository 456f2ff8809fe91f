using System.Globalization;
using System.Text;

namespace ModularKv.Aof.Manifest;

/// <summary>Words with quotes and escapes, as Redis writes and reads them. Source: sds.c, sdscatrepr and sdssplitargs.</summary>
internal static class QuotedText
{
    /// <summary>Writes a word, in quotes where it has to be.</summary>
    public static void Write(MemoryStream to, ReadOnlySpan<byte> word)
    {
        if (!NeedsQuotes(word))
        {
            to.Write(word);
            return;
        }

        to.WriteByte((byte)'"');
        foreach (byte b in word) to.Write(Escaped(b));
        to.WriteByte((byte)'"');
    }

    private static bool NeedsQuotes(ReadOnlySpan<byte> word)
    {
        foreach (byte b in word)
        {
            if (b is (byte)'\\' or (byte)'"' or <= (byte)' ' or > 126) return true;
        }

        return word.IsEmpty;
    }

    private static byte[] Escaped(byte b) => b switch
    {
        (byte)'\\' => "\\\\"u8.ToArray(),
        (byte)'"' => "\\\""u8.ToArray(),
        (byte)'\n' => "\\n"u8.ToArray(),
        (byte)'\r' => "\\r"u8.ToArray(),
        (byte)'\t' => "\\t"u8.ToArray(),
        7 => "\\a"u8.ToArray(),
        8 => "\\b"u8.ToArray(),
        >= 32 and <= 126 => [b],
        _ => Encoding.ASCII.GetBytes("\\x" + b.ToString("x2", CultureInfo.InvariantCulture)),
    };

    /// <summary>Splits a line into its words. False: a quote is not closed, or something follows one.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, List<byte[]> words)
    {
        int at = 0;
        while (true)
        {
            while (at < line.Length && IsSpace(line[at])) at++;
            if (at == line.Length) return true;
            var word = new MemoryStream();
            if (!TryWord(line, ref at, word)) return false;
            words.Add(word.ToArray());
        }
    }

    private static bool TryWord(ReadOnlySpan<byte> line, ref int at, MemoryStream word)
    {
        while (at < line.Length && !IsSpace(line[at]))
        {
            byte b = line[at];
            if (b is (byte)'"' or (byte)'\'')
            {
                at++;
                if (!TryQuoted(line, ref at, word, b)) return false;
                return at == line.Length || IsSpace(line[at]);
            }

            word.WriteByte(b);
            at++;
        }

        return true;
    }

    private static bool TryQuoted(ReadOnlySpan<byte> line, ref int at, MemoryStream word, byte quote)
    {
        for (; at < line.Length; at++)
        {
            byte b = line[at];
            if (b == quote)
            {
                at++;
                return true;
            }

            if (b != (byte)'\\' || at + 1 == line.Length)
            {
                word.WriteByte(b);
            }
            else if (quote == (byte)'\'')
            {
                if (line[at + 1] == quote) at++;
                word.WriteByte(line[at]);
            }
            else
            {
                word.WriteByte(Unescape(line, ref at));
            }
        }

        return false;
    }

    // Leaves the position on the escape's last byte.
    private static byte Unescape(ReadOnlySpan<byte> line, ref int at)
    {
        byte b = line[++at];
        if (b == (byte)'x' && at + 2 < line.Length && char.IsAsciiHexDigit((char)line[at + 1]) && char.IsAsciiHexDigit((char)line[at + 2]))
        {
            at += 2;
            return byte.Parse(Encoding.ASCII.GetString(line.Slice(at - 1, 2)), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        return b switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'b' => 8,
            (byte)'a' => 7,
            _ => b,
        };
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or (>= 9 and <= 13);
}
