using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>An element of a <see cref="Listpack"/>: an integer or a string. Valid until the next call that changes the listpack.</summary>
public readonly ref struct ListpackElement
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _integer;

    internal ListpackElement(long integer)
    {
        _integer = integer;
        IsInteger = true;
    }

    internal ListpackElement(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Whether it is kept as an integer: <see cref="Integer"/> says which; <see cref="Bytes"/> is empty then.</summary>
    public bool IsInteger { get; }

    /// <summary>The integer; 0 for a string.</summary>
    public long Integer => _integer;

    /// <summary>The string's bytes in the listpack; empty for an integer.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Bytes of the element as text.</summary>
    public int TextLength
    {
        get
        {
            if (!IsInteger) return _bytes.Length;
            Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
            return NumberText.Write(digits, _integer);
        }
    }

    /// <summary>The element as text: the string itself, or the integer's digits written into <paramref name="scratch"/>.</summary>
    /// <param name="scratch">At least <see cref="NumberText.IntegerBytesMax"/> bytes.</param>
    public ReadOnlySpan<byte> Text(Span<byte> scratch) => IsInteger ? scratch[..NumberText.Write(scratch, _integer)] : _bytes;

    /// <summary>Whether its text is <paramref name="text"/>.</summary>
    public bool TextEquals(ReadOnlySpan<byte> text)
        => IsInteger ? NumberText.TryParse(text, out long number) && number == _integer : _bytes.SequenceEqual(text);

    /// <summary>Replies with it as a bulk string.</summary>
    public void Reply(ReplyWriter reply)
    {
        if (IsInteger) reply.BulkInteger(_integer);
        else reply.Bulk(_bytes);
    }

    /// <summary>A managed copy of the text; not for hot paths.</summary>
    public byte[] ToArray()
    {
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        return Text(scratch).ToArray();
    }
}
