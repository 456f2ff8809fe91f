using System.Buffers;
using System.Text;

namespace ModularKv.JavaScript.Running;

/// <summary>
/// Bytes as text and back. A byte is one character (U+0000 to U+00FF), so that any value survives; a character above, which only a script
/// can make, becomes its UTF-8.
/// </summary>
internal static class ByteText
{
    /// <summary>A character for each byte.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>Bytes that <see cref="Encode"/> needs at most.</summary>
    public static int BytesMax(string text) => checked(text.Length * 3);

    /// <summary>Writes a byte for each character up to U+00FF, UTF-8 for others.</summary>
    /// <returns>Bytes written.</returns>
    public static int Encode(string text, Span<byte> bytes)
    {
        OperationStatus status = Ascii.FromUtf16(text, bytes, out int written);
        if (status == OperationStatus.Done) return written;
        for (int i = written; i < text.Length; i++)
        {
            char c = text[i];
            if (c <= '\xff')
            {
                bytes[written++] = (byte)c;
                continue;
            }

            // A lone half of a pair becomes U+FFFD, as everywhere in .NET.
            Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out int used);
            written += rune.EncodeToUtf8(bytes[written..]);
            i += used - 1;
        }

        return written;
    }

    /// <summary>The bytes of a text, on the heap.</summary>
    public static byte[] Encode(string text)
    {
        byte[] bytes = new byte[BytesMax(text)];
        return bytes.AsSpan(0, Encode(text, bytes)).ToArray();
    }
}
