using System.Buffers;
using System.Text;

namespace ModularKv.Abstractions.Configuration;

/// <summary>Between the raw bytes of redis.conf and CONFIG and the strings that parameters hold.</summary>
/// <remarks>
/// Text is UTF-8. A byte that is not is held as the lone surrogate U+DC00 + byte, which no valid UTF-8 decodes to: any bytes,
/// as in a password, come back exactly.
/// </remarks>
public static class ConfigurationText
{
    private const int EscapeBase = 0xDC00;

    /// <summary>Decodes bytes into text that <see cref="Encode"/> turns back into the same bytes.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                // One bad byte at a time: the bytes behind it may be fine.
                consumed = 1;
                text.Append((char)(EscapeBase + bytes[0]));
            }

            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    /// <summary>Encodes text from <see cref="Decode"/>, or any other text as UTF-8.</summary>
    public static byte[] Encode(string text)
    {
        var bytes = new ArrayBufferWriter<byte>(text.Length + 1);
        Span<byte> one = stackalloc byte[4];
        for (int i = 0; i < text.Length;)
        {
            char unit = text[i];
            if (unit is >= (char)(EscapeBase + 0x80) and <= (char)(EscapeBase + 0xFF))
            {
                one[0] = (byte)(unit - EscapeBase);
                bytes.Write(one[..1]);
                i++;
                continue;
            }

            Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out int consumed);
            bytes.Write(one[..rune.EncodeToUtf8(one)]);
            i += consumed;
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>In double quotes with escapes, in pure ASCII, as Redis's sdscatrepr writes it.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (byte value in Encode(text))
        {
            switch (value)
            {
                case (byte)'\\' or (byte)'"': quoted.Append('\\').Append((char)value); break;
                case (byte)'\n': quoted.Append("\\n"); break;
                case (byte)'\r': quoted.Append("\\r"); break;
                case (byte)'\t': quoted.Append("\\t"); break;
                case (byte)'\a': quoted.Append("\\a"); break;
                case (byte)'\b': quoted.Append("\\b"); break;
                case >= 0x20 and < 0x7F: quoted.Append((char)value); break;
                default: quoted.Append("\\x").Append(value.ToString("x2", null)); break;
            }
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>The text itself where the file's grammar reads it back unchanged, quoted otherwise.</summary>
    public static string QuoteWhenNeeded(string text)
    {
        foreach (char unit in text)
        {
            if (unit is <= ' ' or >= (char)0x7F or '"' or '\'' or '\\') return Quote(text);
        }

        return text.Length == 0 ? "\"\"" : text;
    }
}
