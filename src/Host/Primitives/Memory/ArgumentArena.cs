using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Primitives.Memory;

/// <summary>
/// The arguments of all commands of a batch, one after the other. Commands refer to them by index, because the array may move.
/// </summary>
internal sealed unsafe class ArgumentArena
{
    private const int InitialCapacity = 4096;
    private Argument* _items = (Argument*)NativeMemory.Alloc(InitialCapacity, (nuint)sizeof(Argument));
    private int _capacity = InitialCapacity;

    /// <summary>Number of arguments in use.</summary>
    public int Count;

    /// <summary>Arguments in blocks of their own, to be freed after execution unless a value took them.</summary>
    public int OwnedCount;

    /// <summary>The argument at an index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Argument* At(int index) => _items + index;

    /// <summary>Makes room for <paramref name="count"/> arguments from index <paramref name="from"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Argument* Room(int from, int count)
    {
        if (from + count > _capacity) Grow(from + count);
        return _items + from;
    }

    private void Grow(int needed)
    {
        _capacity = Math.Max(_capacity * 2, needed);
        _items = (Argument*)NativeMemory.Realloc(_items, (nuint)_capacity * (nuint)sizeof(Argument));
    }

    /// <summary>Empties the arena and frees what nobody took.</summary>
    public void Reset()
    {
        if (OwnedCount > 0) FreeOwned();
        Count = 0;
    }

    private void FreeOwned()
    {
        for (int i = 0; i < Count; i++)
        {
            if (_items[i].Owned != 0) NativeMemory.Free(_items[i].Bytes);
        }

        OwnedCount = 0;
    }
}
