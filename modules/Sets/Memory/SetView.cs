using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Sets;

/// <summary>What the four encoding bits of a set mean.</summary>
internal enum SetEncoding
{
    /// <summary>The value is an <see cref="Sets.IntSet"/>.</summary>
    IntSet = 0,

    /// <summary>The value is a <see cref="Abstractions.Collections.Listpack"/>.</summary>
    Listpack = 1,

    /// <summary>The value is the root of a <see cref="PackedTable"/>.</summary>
    Table = 2,
}

/// <summary>
/// A set for reading, whatever its encoding: points to the value in its record, which stays in place until something is written. Unlike an
/// entry it may stand in an array.
/// </summary>
internal unsafe struct SetView
{
    /// <summary>Bytes of a table's root in a record.</summary>
    public static int TableBytes => sizeof(PackedTable);

    private readonly byte* _value;
    private readonly int _length;

    private SetView(byte* value, int length, SetEncoding encoding)
    {
        _value = value;
        _length = length;
        Encoding = encoding;
    }

    /// <summary>For <see cref="IntSet.FindFrom"/>: where in this set a walk in ascending order has come to.</summary>
    public int Cursor;

    public readonly SetEncoding Encoding;

    /// <summary>A set's value.</summary>
    public static SetView Of(Entry entry)
    {
        // Records are off-heap: the address outlives the statement.
        ReadOnlySpan<byte> value = entry.Value;
        fixed (byte* p = value) return new SetView(p, value.Length, (SetEncoding)entry.Encoding);
    }

    /// <summary>No set at all: it has no members.</summary>
    public readonly bool IsMissing => _value == null;

    /// <summary>Number of members.</summary>
    public readonly long Count
    {
        get
        {
            if (_value == null) return 0;
            return Encoding switch
            {
                SetEncoding.IntSet => IntSet.Count(_value),
                SetEncoding.Listpack => Listpack.Count(Bytes),
                _ => Table.Count,
            };
        }
    }

    /// <summary>The value's bytes.</summary>
    public readonly ReadOnlySpan<byte> Bytes => new(_value, _length);

    public readonly ref readonly PackedTable Table
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref *(PackedTable*)_value;
    }

    /// <summary>Whether both show the same value.</summary>
    public static bool AreSame(in SetView first, in SetView second) => first._value == second._value;

    /// <summary>Whether the set has the member.</summary>
    public readonly bool Contains(ReadOnlySpan<byte> member)
    {
        if (_value == null) return false;
        return Encoding switch
        {
            SetEncoding.IntSet => NumberText.TryParse(member, out long integer) && IntSet.Find(_value, integer, out _),
            SetEncoding.Listpack => Listpack.Find(Bytes, Listpack.First(Bytes), member) >= 0,
            _ => !Table.Find(member).IsMissing,
        };
    }

    /// <summary>Whether the set has the member whose text hashes to <paramref name="hash"/>.</summary>
    public readonly bool Contains(ReadOnlySpan<byte> member, ulong hash) =>
        Encoding == SetEncoding.Table ? !Table.Find(member, hash).IsMissing : Contains(member);

    /// <summary>Whether an intset has the integer; integers must come in ascending order.</summary>
    public bool ContainsNext(long integer) => IntSet.FindFrom(_value, integer, ref Cursor);

    /// <summary>A member chosen evenly. There must be one.</summary>
    public readonly SetMember Random(IRandom random)
    {
        switch (Encoding)
        {
            case SetEncoding.IntSet:
                return new SetMember(IntSet.Get(_value, (int)random.Next(IntSet.Count(_value))));
            case SetEncoding.Listpack:
                int at = Listpack.Seek(Bytes, random.Next(Listpack.Count(Bytes)));
                return new SetMember(Listpack.Get(Bytes, at));
            default:
                return new SetMember(Table.Random(random).Key);
        }
    }

    /// <summary>Replies all members as elements; the header is the caller's.</summary>
    public readonly void Reply(ReplyWriter reply)
    {
        if (_value != null && Encoding == SetEncoding.Listpack)
        {
            Listpack.Reply(Bytes, Listpack.First(Bytes), Listpack.Count(Bytes), reply);
            return;
        }

        SetWalk walk = new(this);
        while (walk.MoveNext(out SetMember member)) member.Reply(reply);
    }

    /// <summary>An intset's integer by index.</summary>
    public readonly long IntegerAt(int index) => IntSet.Get(_value, index);
}

/// <summary>A member as its encoding keeps it: text or an integer. Borrowed from the set.</summary>
internal readonly ref struct SetMember
{
    private readonly ReadOnlySpan<byte> _text;

    public SetMember(ReadOnlySpan<byte> text) => _text = text;

    public SetMember(long integer)
    {
        Integer = integer;
        IsInteger = true;
    }

    public SetMember(ListpackElement element)
    {
        IsInteger = element.IsInteger;
        Integer = element.Integer;
        _text = element.Bytes;
    }

    public bool IsInteger { get; }

    public long Integer { get; }

    /// <summary>The member's text; an integer's digits are written to <paramref name="scratch"/>.</summary>
    /// <param name="scratch">At least <see cref="NumberText.IntegerBytesMax"/> bytes.</param>
    public ReadOnlySpan<byte> Text(Span<byte> scratch) => IsInteger ? scratch[..NumberText.Write(scratch, Integer)] : _text;

    public void Reply(ReplyWriter reply)
    {
        if (IsInteger) reply.BulkInteger(Integer);
        else reply.Bulk(_text);
    }
}

/// <summary>Goes through the members of a set that does not change meanwhile.</summary>
/// <param name="set">The set.</param>
/// <param name="position">Where another walk stood, if the set has not changed since; 0: before the first member.</param>
internal struct SetWalk(SetView set, ulong position = 0)
{
    private readonly SetView _set = set;
    private TableWalk _table = set.Encoding == SetEncoding.Table ? new TableWalk(position) : default;
    private int _at = set.IsMissing ? 0 : set.Encoding switch
    {
        SetEncoding.Listpack when position == 0 => Listpack.First(set.Bytes),
        SetEncoding.Table => 0,
        _ => (int)(uint)position,
    };

    /// <summary>Where it stands, to go on from later.</summary>
    public readonly ulong Position => _set.Encoding == SetEncoding.Table ? _table.Position : (uint)_at;

    public bool MoveNext(out SetMember member)
    {
        member = default;
        if (_set.IsMissing) return false;
        switch (_set.Encoding)
        {
            case SetEncoding.IntSet:
                if (_at >= _set.Count) return false;
                member = new SetMember(_set.IntegerAt(_at++));
                return true;
            case SetEncoding.Listpack:
                if (_at < 0) return false;
                member = new SetMember(Listpack.Take(_set.Bytes, ref _at));
                return true;
            default:
                if (!_set.Table.Next(ref _table, out TableItem item)) return false;
                member = new SetMember(item.Key);
                return true;
        }
    }
}
