using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Hashes.Encodings;

/// <summary>
/// The value of a field, or a field's name: text, or an integer that stands for its digits. Valid until the hash changes.
/// </summary>
internal readonly ref struct HashField
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _integer;
    private readonly Kind _kind;

    /// <summary>Text.</summary>
    public HashField(ReadOnlySpan<byte> bytes, long expireAtMs = 0)
    {
        _bytes = bytes;
        _kind = Kind.Text;
        ExpireAtMs = expireAtMs;
    }

    /// <summary>An element of a listpack.</summary>
    public HashField(ListpackElement element, long expireAtMs = 0)
    {
        _bytes = element.Bytes;
        _integer = element.Integer;
        _kind = element.IsInteger ? Kind.Integer : Kind.Text;
        ExpireAtMs = expireAtMs;
    }

    private enum Kind : byte
    {
        Missing,
        Text,
        Integer,
    }

    /// <summary>Whether there is no such field.</summary>
    public bool IsMissing => _kind == Kind.Missing;

    /// <summary>Unix milliseconds at which the field goes; 0: never.</summary>
    public long ExpireAtMs { get; }

    /// <summary>Bytes of the text.</summary>
    public int Length
    {
        get
        {
            if (_kind != Kind.Integer) return _bytes.Length;
            Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
            return NumberText.Write(digits, _integer);
        }
    }

    /// <summary>The text: itself, or the integer's digits written into <paramref name="scratch"/>.</summary>
    /// <param name="scratch">At least <see cref="NumberText.IntegerBytesMax"/> bytes.</param>
    public ReadOnlySpan<byte> Text(Span<byte> scratch)
        => _kind == Kind.Integer ? scratch[..NumberText.Write(scratch, _integer)] : _bytes;

    /// <summary>Reads it as an integer in canonical form.</summary>
    public bool TryInteger(out long value)
    {
        value = _integer;
        return _kind == Kind.Integer || NumberText.TryParse(_bytes, out value);
    }

    /// <summary>Replies with it as a bulk string.</summary>
    public void Reply(ReplyWriter reply)
    {
        if (_kind == Kind.Integer) reply.BulkInteger(_integer);
        else reply.Bulk(_bytes);
    }
}
