using System.Buffers;

namespace ModularKv.Abstractions.Configuration;

/// <summary>
/// One line of redis.conf or of a manifest: blanks between arguments, double quotes with escapes, single quotes with <c>\'</c>.
/// </summary>
/// <remarks>The rules are those of Redis's sdssplitargs. A NUL byte ends the line.</remarks>
public static class ArgumentSplitter
{
    /// <summary>Splits a line. <see cref="ConfigurationText.QuoteWhenNeeded"/> is the way back.</summary>
    /// <returns>Null when quotes are unbalanced, or a closing quote is not followed by a blank.</returns>
    public static List<string>? Split(ReadOnlySpan<byte> line)
    {
        int end = line.IndexOf((byte)0);
        if (end >= 0) line = line[..end];

        var arguments = new List<string>();
        var current = new ArrayBufferWriter<byte>(64);
        int at = 0;
        while (true)
        {
            while (at < line.Length && IsSpace(line[at])) at++;
            if (at == line.Length) return arguments;

            current.ResetWrittenCount();
            if (!ReadToken(line, ref at, current)) return null;
            arguments.Add(ConfigurationText.Decode(current.WrittenSpan));
        }
    }

    private static bool ReadToken(ReadOnlySpan<byte> line, ref int at, ArrayBufferWriter<byte> token)
    {
        while (at < line.Length)
        {
            byte value = line[at++];
            switch (value)
            {
                case (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t':
                    return true;

                // A quote may open in the middle of a token, but where it closes the token ends.
                case (byte)'"':
                    return ReadDoubleQuoted(line, ref at, token) && EndsAt(line, at);
                case (byte)'\'':
                    return ReadSingleQuoted(line, ref at, token) && EndsAt(line, at);
                default:
                    Append(token, value);
                    break;
            }
        }

        return true;
    }

    private static bool ReadDoubleQuoted(ReadOnlySpan<byte> line, ref int at, ArrayBufferWriter<byte> token)
    {
        while (at < line.Length)
        {
            byte value = line[at++];
            if (value == (byte)'"') return true;
            if (value != (byte)'\\' || at == line.Length)
            {
                Append(token, value);
                continue;
            }

            byte escaped = line[at++];
            if (escaped == (byte)'x' && at + 1 < line.Length
                && char.IsAsciiHexDigit((char)line[at]) && char.IsAsciiHexDigit((char)line[at + 1]))
            {
                Append(token, (byte)((HexDigit(line[at]) << 4) | HexDigit(line[at + 1])));
                at += 2;
                continue;
            }

            Append(token, escaped switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                (byte)'b' => (byte)'\b',
                (byte)'a' => (byte)'\a',
                _ => escaped,
            });
        }

        return false;
    }

    private static bool ReadSingleQuoted(ReadOnlySpan<byte> line, ref int at, ArrayBufferWriter<byte> token)
    {
        while (at < line.Length)
        {
            byte value = line[at++];
            if (value == (byte)'\'') return true;
            if (value == (byte)'\\' && at < line.Length && line[at] == (byte)'\'') value = line[at++];
            Append(token, value);
        }

        return false;
    }

    private static bool EndsAt(ReadOnlySpan<byte> line, int at) => at == line.Length || IsSpace(line[at]);

    private static void Append(ArrayBufferWriter<byte> token, byte value)
    {
        token.GetSpan(1)[0] = value;
        token.Advance(1);
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');

    private static int HexDigit(byte digit) => char.IsAsciiDigit((char)digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
