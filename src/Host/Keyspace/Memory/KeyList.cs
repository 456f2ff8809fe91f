using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>Copies of keys, off-heap: what a walk found and must not remove while it walks. Reused.</summary>
internal sealed unsafe class KeyList : IDisposable
{
    // Room behind the last key, for hashing and comparing by words.
    private const int Slack = 16;

    private (long Offset, int Length, ulong Hash)[] _keys = new (long Offset, int Length, ulong Hash)[64];
    private byte* _bytes;
    private long _used;
    private long _capacity;

    /// <summary>Number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>One of the keys; borrowed until the list changes.</summary>
    public KeyRef this[int index] => new(_bytes + _keys[index].Offset, _keys[index].Length, _keys[index].Hash);

    /// <summary>Forgets all keys.</summary>
    public void Clear()
    {
        Count = 0;
        _used = 0;
    }

    /// <summary>Adds a copy of a record's key.</summary>
    public void Add(Record* record)
    {
        int length = record->KeyLength;
        if (_capacity - _used < length + Slack)
        {
            _capacity = Math.Max(_capacity * 2, _used + length + Slack);
            _bytes = (byte*)NativeMemory.Realloc(_bytes, (nuint)_capacity);
        }

        if (Count == _keys.Length) Array.Resize(ref _keys, Count * 2);
        byte* to = _bytes + _used;
        NativeMemory.Copy(record->KeyPointer, to, (nuint)length);
        _keys[Count++] = (_used, length, KeyHash.Compute(to, length));
        _used += length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_bytes);
        _bytes = null;
        _used = _capacity = 0;
        Count = 0;
    }
}
