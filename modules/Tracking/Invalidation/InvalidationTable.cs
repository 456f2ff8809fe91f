using System.Buffers.Binary;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Tracking.Invalidation;

/// <summary>
/// Who has read which key since it last changed. Off-heap: the key's bytes once, behind them four bytes for each client. A key stands for
/// that of every database. Clients that are gone are found out when the key changes.
/// </summary>
internal sealed class InvalidationTable(MemoryOwner memory) : IDisposable
{
    private const int NumberBytes = sizeof(uint);

    /// <summary>Blocks of a dropped table freed at a time.</summary>
    private const int FreedTogether = 10_000;

    /// <summary>A table of fewer blocks is freed at once.</summary>
    private const int FreedAtOnce = 1000;

    private readonly Queue<PackedTable> _dropped = new();
    private PackedTable _keys = PackedTable.Create();
    private uint[] _taken = new uint[16];

    /// <summary>Keys.</summary>
    public long KeyCount => _keys.Count;

    /// <summary>Clients of all keys together.</summary>
    public long ItemCount { get; private set; }

    /// <summary>Notes that a client has read a key.</summary>
    public void Remember(ReadOnlySpan<byte> key, ulong hash, uint client)
    {
        TableItem item = _keys.Find(key, hash);
        if (item.IsMissing)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_keys.Put(memory, key, hash, NumberBytes, false, out _).Value, client);
            ItemCount++;
            return;
        }

        Span<byte> numbers = item.Value;
        int count = CountOf(numbers), at = PlaceOf(numbers, count, client);
        if (at < count && NumberAt(numbers, at) == client) return;
        if (count * NumberBytes == numbers.Length) numbers = Grow(key, hash, numbers);
        numbers[(at * NumberBytes)..(count * NumberBytes)].CopyTo(numbers[((at + 1) * NumberBytes)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers[(at * NumberBytes)..], client);
        ItemCount++;
    }

    /// <summary>Takes a key out.</summary>
    /// <returns>The numbers of its clients, rising, valid until the next call; empty: nobody has read it.</returns>
    public ReadOnlySpan<uint> Take(ReadOnlySpan<byte> key, ulong hash) => Take(_keys.Find(key, hash));

    /// <summary>Chooses a key uniformly at random. The table must not be empty.</summary>
    /// <returns>Its bytes, valid until the table changes.</returns>
    public ReadOnlySpan<byte> Choose(IRandom random) => _keys.Random(random).Key;

    /// <summary>Forgets everything. A large table is freed bit by bit, by <see cref="FreeSome"/>.</summary>
    public void Clear()
    {
        ItemCount = 0;
        PackedTable old = _keys;
        _keys = PackedTable.Create();
        if (old.BlockCount <= FreedAtOnce) old.Free(memory); else _dropped.Enqueue(old);
    }

    /// <summary>Goes on freeing what was dropped.</summary>
    public void FreeSome()
    {
        if (_dropped.Count == 0) return;
        PackedTable oldest = _dropped.Dequeue();
        if (!oldest.FreeSome(memory, FreedTogether)) _dropped.Enqueue(oldest);
    }

    /// <summary>Frees everything.</summary>
    public void Dispose()
    {
        Clear();
        while (_dropped.Count > 0) FreeSome();
    }

    private ReadOnlySpan<uint> Take(TableItem item)
    {
        if (item.IsMissing) return default;
        Span<byte> numbers = item.Value;
        int count = CountOf(numbers);
        if (_taken.Length < count) _taken = new uint[count * 2];
        for (int i = 0; i < count; i++) _taken[i] = NumberAt(numbers, i);
        _keys.Remove(memory, item);
        ItemCount -= count;
        return _taken.AsSpan(0, count);
    }

    // By doubling; what is not used is zero, which is nobody's number.
    private Span<byte> Grow(ReadOnlySpan<byte> key, ulong hash, ReadOnlySpan<byte> numbers)
    {
        int length = numbers.Length;
        byte[] copy = System.Buffers.ArrayPool<byte>.Shared.Rent(length);
        numbers.CopyTo(copy);
        Span<byte> grown = _keys.Put(memory, key, hash, length * 2, false, out _).Value;
        copy.AsSpan(0, length).CopyTo(grown);
        grown[length..].Clear();
        System.Buffers.ArrayPool<byte>.Shared.Return(copy);
        return grown;
    }

    private static uint NumberAt(ReadOnlySpan<byte> numbers, int index)
        => BinaryPrimitives.ReadUInt32LittleEndian(numbers[(index * NumberBytes)..]);

    private static int CountOf(ReadOnlySpan<byte> numbers)
    {
        // At least half of the places are used.
        int low = numbers.Length / NumberBytes / 2, high = numbers.Length / NumberBytes;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (NumberAt(numbers, middle) == 0) high = middle; else low = middle + 1;
        }

        return low;
    }

    private static int PlaceOf(ReadOnlySpan<byte> numbers, int count, uint client)
    {
        int low = 0, high = count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (NumberAt(numbers, middle) < client) low = middle + 1; else high = middle;
        }

        return low;
    }
}
