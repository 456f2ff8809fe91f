using System.Buffers.Binary;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions;

/// <summary>
/// A type whose values are ordinary objects, for modules that do not want off-heap code. Costs the garbage collector what objects cost:
/// fine for thousands, not for millions of keys. The record keeps the object's number in a table of this type.
/// </summary>
/// <typeparam name="T">Class of the values.</typeparam>
public abstract class ManagedType<T> : DataType where T : class
{
    private T?[] _objects = new T?[16];
    private int[] _free = new int[16];
    private int _freeCount;
    private int _used;

    /// <inheritdoc/>
    public sealed override bool OwnsMemory => true;

    /// <summary>Number of live values.</summary>
    public int LiveCount => _used - _freeCount;

    /// <summary>The object of a value.</summary>
    public T Get(Entry entry)
    {
        Invariant.Check(entry.Is(this), "the entry holds another type");
        return _objects[Number(entry.Value)]!;
    }

    /// <summary>Creates or replaces a key with an object, which the key owns from now on.</summary>
    public Entry Create(Database database, scoped in KeyRef key, T value, Ttl ttl = Ttl.Clear)
    {
        Entry entry = database.Put(key, this, sizeof(int), ttl);
        BinaryPrimitives.WriteInt32LittleEndian(entry.WritableValue, Add(value));
        return entry;
    }

    /// <summary>An independent copy of a value (COPY).</summary>
    protected abstract T Clone(T value);

    /// <summary>Estimated bytes of a value.</summary>
    protected abstract long SizeOf(T value);

    /// <summary>Called when a value goes.</summary>
    protected virtual void Released(T value)
    {
    }

    /// <inheritdoc/>
    public sealed override void Free(Entry value)
    {
        int number = Number(value.Value);
        T gone = _objects[number]!;
        _objects[number] = null;
        if (_freeCount == _free.Length) Array.Resize(ref _free, _freeCount * 2);
        _free[_freeCount++] = number;
        Released(gone);
    }

    /// <inheritdoc/>
    public sealed override void Duplicate(Entry source, Entry copy)
        => BinaryPrimitives.WriteInt32LittleEndian(copy.WritableValue, Add(Clone(Get(source))));

    /// <inheritdoc/>
    public sealed override long MemoryUsage(Entry value, int samples) => SizeOf(Get(value));

    private int Add(T value)
    {
        int number = _freeCount > 0 ? _free[--_freeCount] : _used++;
        if (number >= _objects.Length) Array.Resize(ref _objects, number * 2);
        _objects[number] = value;
        return number;
    }

    private static int Number(ReadOnlySpan<byte> value) => BinaryPrimitives.ReadInt32LittleEndian(value);
}
