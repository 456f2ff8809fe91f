using ModularKv.Abstractions.Memory;

namespace ModularKv.Streams.Memory;

/// <summary>Addresses in one block, in an order that the caller keeps. A plain value that may be moved; empty, it has no block.</summary>
internal unsafe struct AddressList
{
    private const int CapacityMin = 2;

    private nint* _items;
    private int _capacity;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the block.</summary>
    public readonly int Bytes => _capacity * sizeof(nint);

    /// <summary>The address at an index; for changing too.</summary>
    public readonly nint this[int index]
    {
        get => _items[index];
        set => _items[index] = value;
    }

    /// <summary>Inserts an address before that at <paramref name="index"/>.</summary>
    public void Insert(MemoryOwner memory, int index, nint address)
    {
        if (Count == _capacity)
        {
            int capacity = Math.Max(CapacityMin, _capacity * 2);
            int bytes = capacity * sizeof(nint);
            _items = (nint*)(_items == null ? memory.Allocate(bytes) : memory.Reallocate((byte*)_items, Bytes, bytes));
            _capacity = capacity;
        }

        new Span<nint>(_items + index, Count - index).CopyTo(new Span<nint>(_items + index + 1, Count - index));
        _items[index] = address;
        Count++;
    }

    /// <summary>Takes the address at <paramref name="index"/> out.</summary>
    public void RemoveAt(MemoryOwner memory, int index)
    {
        Count--;
        if (Count == 0)
        {
            Free(memory);
            return;
        }

        new Span<nint>(_items + index + 1, Count - index).CopyTo(new Span<nint>(_items + index, Count - index));
    }

    /// <summary>Gives the block back; what the addresses point to is the caller's.</summary>
    public void Free(MemoryOwner memory)
    {
        if (_items != null) memory.Free((byte*)_items, Bytes);
        this = default;
    }

    /// <summary>A copy with a block of its own and the same addresses.</summary>
    public readonly AddressList Clone(MemoryOwner memory)
    {
        AddressList copy = this;
        if (_items == null) return copy;
        copy._items = (nint*)memory.Allocate(Bytes);
        new Span<nint>(_items, Count).CopyTo(new Span<nint>(copy._items, Count));
        return copy;
    }
}
