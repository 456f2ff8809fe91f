using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Lists;

/// <summary>An element of a list: an integer or bytes. Valid until the list changes.</summary>
internal readonly ref struct ListElement
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _integer;
    private readonly bool _isInteger;

    /// <summary>An element of a listpack.</summary>
    public ListElement(ListpackElement packed)
    {
        _bytes = packed.Bytes;
        _integer = packed.Integer;
        _isInteger = packed.IsInteger;
    }

    /// <summary>An element that is a node of its own.</summary>
    public ListElement(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Replies with it as a bulk string.</summary>
    public void Reply(ReplyWriter reply)
    {
        if (_isInteger) reply.BulkInteger(_integer); else reply.Bulk(_bytes);
    }

    /// <summary>The text: the bytes, or the integer's digits in <paramref name="scratch"/>.</summary>
    public ReadOnlySpan<byte> Text(Span<byte> scratch) => _isInteger ? scratch[..NumberText.Write(scratch, _integer)] : _bytes;
}

/// <summary>A text that elements are compared with; what kind of text it is was looked at once.</summary>
internal readonly ref struct Needle
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly long _integer;
    private readonly bool _isInteger;

    /// <param name="text">What to look for; borrowed.</param>
    public Needle(ReadOnlySpan<byte> text)
    {
        _text = text;
        _isInteger = NumberText.TryParse(text, out _integer);
    }

    /// <summary>Whether an element of a listpack is that text.</summary>
    public bool Is(ListpackElement element)
        => element.IsInteger ? _isInteger && element.Integer == _integer : element.Bytes.SequenceEqual(_text);

    /// <summary>Whether a bare element is that text.</summary>
    public bool Is(ReadOnlySpan<byte> bare) => bare.SequenceEqual(_text);
}
