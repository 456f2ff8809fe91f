using System.Text;

namespace ModularKv.TestKit;

/// <summary>The type byte of a RESP2 or RESP3 frame.</summary>
public enum ReplyKind : byte
{
    /// <summary>+text</summary>
    Simple = (byte)'+',
    /// <summary>-text</summary>
    Error = (byte)'-',
    /// <summary>:number</summary>
    Integer = (byte)':',
    /// <summary>$length, bytes; null when the length is -1</summary>
    Bulk = (byte)'$',
    /// <summary>*count; null when the count is -1</summary>
    Array = (byte)'*',
    /// <summary>_</summary>
    Null = (byte)'_',
    /// <summary>,number</summary>
    Double = (byte)',',
    /// <summary>#t or #f</summary>
    Boolean = (byte)'#',
    /// <summary>!length, bytes</summary>
    BulkError = (byte)'!',
    /// <summary>=length, three letters, colon, bytes</summary>
    Verbatim = (byte)'=',
    /// <summary>(number</summary>
    BigNumber = (byte)'(',
    /// <summary>%pairs</summary>
    Map = (byte)'%',
    /// <summary>~count</summary>
    Set = (byte)'~',
    /// <summary>>count, outside of request and reply</summary>
    Push = (byte)'>',
}

/// <summary>One whole frame, parsed, with the exact bytes it was parsed from. Owns its memory.</summary>
public sealed class Reply
{
    private static readonly Encoding Latin = Encoding.Latin1;

    /// <summary>What the type byte says.</summary>
    public required ReplyKind Kind { get; init; }

    /// <summary>The frame exactly as it came over the wire, attributes before it included.</summary>
    public required byte[] Raw { get; init; }

    /// <summary>The payload of a text, bulk or number frame, without type byte, length or line end; empty for others.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>Elements of an aggregate; a map has key, value, key, value.</summary>
    public IReadOnlyList<Reply> Items { get; init; } = [];

    /// <summary>True for _, $-1 and *-1.</summary>
    public bool IsNull { get; init; }

    /// <summary>True for - and !.</summary>
    public bool IsError => Kind is ReplyKind.Error or ReplyKind.BulkError;

    /// <summary>The payload, one char per byte.</summary>
    public string Text => Latin.GetString(Bytes);

    /// <summary>The payload as a signed number.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public long Integer => long.Parse(Text, System.Globalization.CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string ToString() => Escape.Bytes(Raw, 600);
}

/// <summary>Bytes made readable for a failure's message.</summary>
public static class Escape
{
    /// <summary>Printable ASCII as it is, the rest as \r, \n or \xNN; cut to about <paramref name="max"/> bytes, the length said.</summary>
    public static string Bytes(ReadOnlySpan<byte> bytes, int max = 200)
    {
        StringBuilder text = new();
        foreach (byte b in bytes[..Math.Min(bytes.Length, max)])
        {
            if (b == '\r') text.Append("\\r");
            else if (b == '\n') text.Append("\\n");
            else if (b == '\\' || b == '"') text.Append('\\').Append((char)b);
            else if (b is >= 32 and < 127) text.Append((char)b);
            else text.Append("\\x").Append(b.ToString("x2"));
        }
        if (bytes.Length > max) text.Append("…(").Append(bytes.Length).Append(" bytes)");
        return text.ToString();
    }
}
