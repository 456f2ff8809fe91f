using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.SortedSets.Encodings;

namespace ModularKv.SortedSets;

/// <summary>A member of a sorted set of either encoding and a way to its neighbours. Valid until the set changes.</summary>
internal ref struct SetCursor
{
    private readonly ref readonly TreeSet _set;
    private readonly ReadOnlySpan<byte> _list;
    private TreeCursor _item;
    private int _at;

    public SetCursor(ref readonly TreeSet set, TreeCursor item)
    {
        _set = ref set;
        _item = item;
        _at = -1;
    }

    public SetCursor(ReadOnlySpan<byte> list, int at)
    {
        _list = list;
        _at = at;
    }

    public readonly bool IsValid => _at >= 0 || _item.IsValid;

    public readonly double Score => _at >= 0 ? PairList.ScoreAt(_list, _at) : _set.ScoreOf(_item);

    /// <summary>The member.</summary>
    /// <param name="digits">For a member kept as an integer: <see cref="NumberText.IntegerBytesMax"/> bytes.</param>
    public readonly ReadOnlySpan<byte> Member(Span<byte> digits) => _at >= 0 ? Listpack.Get(_list, _at).Text(digits) : _item.Tail;

    public bool MoveNext()
    {
        if (_at < 0) return _item.MoveNext();
        _at = PairList.Next(_list, _at);
        return _at >= 0;
    }

    public bool MovePrevious()
    {
        if (_at < 0) return _item.MovePrevious();
        _at = PairList.Previous(_list, _at);
        return _at >= 0;
    }

    public bool Move(bool backwards) => backwards ? MovePrevious() : MoveNext();

    /// <summary>Replies the member as a bulk string.</summary>
    public readonly void ReplyMember(ReplyWriter reply)
    {
        if (_at >= 0) Listpack.Get(_list, _at).Reply(reply);
        else reply.Bulk(_item.Tail);
    }
}
