using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.SortedSets.Encodings;

namespace ModularKv.SortedSets.Memory;

/// <summary>
/// Members with scores while ZUNION, ZINTER and ZDIFF collect them: an off-heap table without removal, which is put in order at the end.
/// One object serves a command for ever; <see cref="Clear"/> gives the memory back.
/// </summary>
internal sealed unsafe class ScoredMembers(MemoryOwner memory)
{
    private const int ItemsAtFirst = 64;
    private const int RadixBits = 8;
    private const int RadixValues = 1 << RadixBits;

    private struct Item
    {
        public ulong Hash;
        public double Score;
        public long Offset;
        public int Length;

        /// <summary>The next item of the same slot, plus one.</summary>
        public int Next;
    }

    private struct Position
    {
        public ulong Order;
        public int Item;
    }

    private byte* _bytes;
    private long _used;
    private long _capacity;
    private Item* _items;
    private int _room;
    private int* _slots;
    private int _slotCount;
    private Position* _positions;
    private Comparison<Position>? _byMember;

    /// <summary>Number of members.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a member or opens its score.</summary>
    /// <param name="member">Copied.</param>
    /// <param name="hash">Its <see cref="KeyHash"/>.</param>
    /// <param name="added">Whether it is new; its score is 0 then.</param>
    public ref double Put(ReadOnlySpan<byte> member, ulong hash, out bool added)
    {
        if (Count >= _slotCount) GrowSlots();
        int slot = (int)(hash & (uint)(_slotCount - 1));
        for (int next = _slots[slot]; next != 0; next = _items[next - 1].Next)
        {
            Item* item = _items + next - 1;
            if (item->Hash != hash || !Bytes(item).SequenceEqual(member)) continue;
            added = false;
            return ref item->Score;
        }

        added = true;
        ref double score = ref Append(member, hash);
        _items[Count - 1].Next = _slots[slot];
        _slots[slot] = Count;
        return ref score;
    }

    /// <summary>Adds a member that is not there, for inputs that have no member twice.</summary>
    public ref double Append(ReadOnlySpan<byte> member, ulong hash)
    {
        if (Count == _room) GrowItems();
        if (_used + member.Length > _capacity) GrowBytes(member.Length);
        Item* item = _items + Count++;
        item->Hash = hash;
        item->Score = 0;
        item->Offset = _used;
        item->Length = member.Length;
        item->Next = 0;
        member.CopyTo(new Span<byte>(_bytes + _used, member.Length));
        _used += member.Length;
        return ref item->Score;
    }

    /// <summary>Puts the members in the order of a sorted set; <see cref="At"/> tells them from then on.</summary>
    public void Sort()
    {
        if (Count == 0) return;
        _positions = (Position*)memory.Allocate((long)Count * sizeof(Position));
        ulong differing = 0;
        ulong first = ScoreOrder.FromScore(_items[0].Score);
        for (int i = 0; i < Count; i++)
        {
            _positions[i].Order = ScoreOrder.FromScore(_items[i].Score);
            _positions[i].Item = i;
            differing |= _positions[i].Order ^ first;
        }

        if (differing != 0) SortByScore(differing);
        SortTies();
    }

    /// <summary>The member of that rank and its score.</summary>
    public ReadOnlySpan<byte> At(int rank, out double score, out ulong hash)
    {
        Item* item = _items + _positions[rank].Item;
        score = item->Score;
        hash = item->Hash;
        return Bytes(item);
    }

    /// <summary>A sorted set of the members.</summary>
    public TreeSet Build()
    {
        TreeSet set = TreeSet.Create();
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<byte> member = At(i, out double score, out ulong hash);
            set.AddLast(memory, member, hash, score);
        }

        return set;
    }

    /// <summary>Forgets the members and frees everything.</summary>
    public void Clear()
    {
        Free(_bytes, _capacity);
        Free(_items, (long)_room * sizeof(Item));
        Free(_slots, (long)_slotCount * sizeof(int));
        Free(_positions, (long)Count * sizeof(Position));
        _bytes = null;
        _items = null;
        _slots = null;
        _positions = null;
        _used = _capacity = 0;
        Count = _room = _slotCount = 0;
    }

    private void Free(void* block, long size)
    {
        if (block != null) memory.Free((byte*)block, size);
    }

    private ReadOnlySpan<byte> Bytes(Item* item) => new(_bytes + item->Offset, item->Length);

    /// <summary>Least significant byte first; bytes that are the same everywhere, as most are for whole numbers, cost nothing.</summary>
    private void SortByScore(ulong differing)
    {
        long size = (long)Count * sizeof(Position);
        Position* from = _positions;
        Position* to = (Position*)memory.Allocate(size);
        int* starts = stackalloc int[RadixValues];
        for (int shift = 0; shift < 64; shift += RadixBits)
        {
            if (((differing >> shift) & (RadixValues - 1)) == 0) continue;
            new Span<int>(starts, RadixValues).Clear();
            for (int i = 0; i < Count; i++) starts[(from[i].Order >> shift) & (RadixValues - 1)]++;
            int sum = 0;
            for (int i = 0; i < RadixValues; i++)
            {
                int count = starts[i];
                starts[i] = sum;
                sum += count;
            }

            for (int i = 0; i < Count; i++) to[starts[(from[i].Order >> shift) & (RadixValues - 1)]++] = from[i];
            Position* other = from;
            from = to;
            to = other;
        }

        _positions = from;
        Free(to, size);
    }

    private void SortTies()
    {
        for (int i = 0; i < Count; )
        {
            int end = i + 1;
            while (end < Count && _positions[end].Order == _positions[i].Order) end++;
            if (end - i > 1)
            {
                // A delegate kept for ever: a comparer would cost one at each call.
                _byMember ??= CompareMembers;
                new Span<Position>(_positions + i, end - i).Sort(_byMember);
            }

            i = end;
        }
    }

    private void GrowItems()
    {
        int room = Math.Max(ItemsAtFirst, checked(_room * 2));
        _items = (Item*)Resize((byte*)_items, (long)_room * sizeof(Item), (long)room * sizeof(Item));
        _room = room;
    }

    private void GrowBytes(int needed)
    {
        long capacity = Math.Max(Math.Max(1024, _capacity * 2), _used + needed);
        _bytes = Resize(_bytes, _capacity, capacity);
        _capacity = capacity;
    }

    private void GrowSlots()
    {
        int count = Math.Max(ItemsAtFirst, checked(_slotCount * 2));
        _slots = (int*)Resize((byte*)_slots, (long)_slotCount * sizeof(int), (long)count * sizeof(int));
        _slotCount = count;
        new Span<int>(_slots, count).Clear();
        for (int i = 0; i < Count; i++)
        {
            int slot = (int)(_items[i].Hash & (uint)(count - 1));
            _items[i].Next = _slots[slot];
            _slots[slot] = i + 1;
        }
    }

    private byte* Resize(byte* block, long oldSize, long size) =>
        block == null ? memory.Allocate(size) : memory.Reallocate(block, oldSize, size);

    private int CompareMembers(Position x, Position y) => Bytes(_items + x.Item).SequenceCompareTo(Bytes(_items + y.Item));
}
