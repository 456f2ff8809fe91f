using System.Globalization;
using System.Text;

namespace ModularKv.Host.Tests.Protocol;

/// <summary>Redis's reading of requests, on whole byte arrays and without any care for speed. Source: networking.c, sdssplitargs.</summary>
internal static class ReferenceParser
{
    /// <summary>Commands of the bytes, and what is wrong behind them (null: nothing, or the bytes end).</summary>
    public static (List<byte[][]> Commands, string? Error) Parse(ReadOnlySpan<byte> bytes, long bulkMax)
    {
        var commands = new List<byte[][]>();
        int at = 0;
        while (at < bytes.Length)
        {
            byte[][]? command;
            string? error;
            if (bytes[at] == '*') command = Multibulk(bytes, ref at, bulkMax, out error); else command = Inline(bytes, ref at, out error);
            if (error is not null) return (commands, "ERR Protocol error: " + error);
            if (command is null) break;
            if (command.Length > 0) commands.Add(command);
        }

        return (commands, null);
    }

    private static byte[][]? Inline(ReadOnlySpan<byte> bytes, ref int at, out string? error)
    {
        error = null;
        int newline = Find(bytes, at, (byte)'\n');
        if (newline < 0) return null;
        int end = newline > at && bytes[newline - 1] == '\r' ? newline - 1 : newline;
        byte[][]? words = Split(Encoding.Latin1.GetString(bytes[at..end]) + "\0");
        if (words is null) error = "unbalanced quotes in request";
        at = newline + 1;
        return words;
    }

    private static byte[][]? Multibulk(ReadOnlySpan<byte> bytes, ref int at, long bulkMax, out string? error)
    {
        error = null;
        int p = at;
        if (Line(bytes, ref p) is not { } header) return null;
        if (Integer(header[1..]) is not { } count || count > int.MaxValue)
        {
            error = "invalid multibulk length";
            return null;
        }

        var arguments = new List<byte[]>();
        for (long i = 0; i < count; i++)
        {
            if (Line(bytes, ref p) is not { } line) return null;
            if (line.Length == 0 || line[0] != '$')
            {
                error = $"expected '$', got '{(line.Length == 0 ? '\r' : line[0])}'";
                return null;
            }

            if (Integer(line[1..]) is not { } length || length < 0 || length > bulkMax)
            {
                error = "invalid bulk length";
                return null;
            }

            if (bytes.Length - p < length + 2) return null;
            arguments.Add(bytes.Slice(p, (int)length).ToArray());
            p += (int)length + 2;
        }

        at = p;
        return [.. arguments];
    }

    /// <summary>The text up to a carriage return; the byte behind that one must be there, whatever it is.</summary>
    private static string? Line(ReadOnlySpan<byte> bytes, ref int p)
    {
        int cr = Find(bytes, p, (byte)'\r');
        if (cr < 0 || cr > bytes.Length - 2) return null;
        string line = Encoding.Latin1.GetString(bytes[p..cr]);
        p = cr + 2;
        return line;
    }

    // strchr: a zero byte ends the search.
    private static int Find(ReadOnlySpan<byte> bytes, int from, byte wanted)
    {
        for (int i = from; i < bytes.Length && bytes[i] != 0; i++)
        {
            if (bytes[i] == wanted) return i;
        }

        return -1;
    }

    private static long? Integer(string text)
        => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            && value.ToString(CultureInfo.InvariantCulture) == text ? value : null;

    private static byte[][]? Split(string line)
    {
        var words = new List<byte[]>();
        int p = 0;
        while (true)
        {
            while (IsSpace(line[p])) p++;
            if (line[p] == 0) return [.. words];
            if (Word(line, ref p) is not { } word) return null;
            words.Add(Encoding.Latin1.GetBytes(word));
        }
    }

    private static string? Word(string line, ref int p)
    {
        var word = new StringBuilder();
        char quote = '\0';
        while (true)
        {
            char c = line[p];
            if (quote == 0)
            {
                if (c is ' ' or '\n' or '\r' or '\t' or '\0') return word.ToString();
                if (c is '"' or '\'') quote = c; else word.Append(c);
                p++;
                continue;
            }

            if (c == 0) return null;
            if (c == quote)
            {
                if (line[p + 1] != 0 && !IsSpace(line[p + 1])) return null;
                p++;
                return word.ToString();
            }

            word.Append(c == '\\' ? Escape(line, ref p, quote) : c);
            p++;
        }
    }

    private static char Escape(string line, ref int p, char quote)
    {
        char next = line[p + 1];
        if (next == 0 || (quote == '\'' && next != '\'')) return '\\';
        p++;
        if (quote == '\'') return '\'';
        if (next == 'x' && char.IsAsciiHexDigit(line[p + 1]) && char.IsAsciiHexDigit(line[p + 2]))
        {
            p += 2;
            return (char)byte.Parse(line.AsSpan(p - 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        return next switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'a' => '\a', _ => next };
    }

    private static bool IsSpace(char c) => c is ' ' or (>= '\t' and <= '\r');
}
