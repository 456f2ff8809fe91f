using System.Runtime.CompilerServices;

namespace ModularKv.Abstractions.Collections;

/// <summary>An item of a <see cref="PackedTable"/>. Valid until the next call that changes the table.</summary>
public readonly unsafe ref struct TableItem
{
    private readonly byte* _key;
    private readonly int _keyLength;
    private readonly int _valueLength;
    private readonly ushort _index;
    private readonly bool _isExternal;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TableItem(byte* item, byte length, uint bucket, int index)
    {
        Bucket = bucket;
        _index = (ushort)index;
        if (length < PackedBucket.HasHead)
        {
            _key = item;
            _keyLength = length;
            return;
        }

        byte head = *item;
        Flag = (head & 1) != 0;
        _key = item + 1;
        _keyLength = head >> 1;
        _valueLength = (length & PackedBucket.ItemBytesMax) - 1 - _keyLength;
        if (_keyLength != PackedBucket.ExternalKeyLength) return;
        ExternalItem* external = ExternalItem.At(item);
        _isExternal = true;
        _key = ExternalItem.KeyOf(external);
        _keyLength = external->KeyLength;
        _valueLength = external->ValueLength;
    }

    /// <summary>Whether there is no such item.</summary>
    public bool IsMissing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _key == null;
    }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(_key, _keyLength);
    }

    /// <summary>The value's bytes, for reading and for changing in place.</summary>
    public Span<byte> Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(_key + _keyLength, _valueLength);
    }

    /// <summary>A mark that belongs to the type (hashes: the value begins with the field's expiry).</summary>
    public bool Flag { get; }

    internal uint Bucket { get; }

    internal int Index => _index;

    internal int ValueBytes => _valueLength;

    /// <summary>The item's own block; null when it stands in the bucket.</summary>
    internal ExternalItem* External => _isExternal ? (ExternalItem*)(_key - ExternalItem.Bytes) : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool HasKey(scoped ReadOnlySpan<byte> key) =>
        _keyLength == key.Length && key.SequenceEqual(new ReadOnlySpan<byte>(_key, _keyLength));
}

/// <summary>Where an enumeration of a table stands; 16 bytes, default: at the start.</summary>
public struct TableWalk
{
    // A bucket has at most 1023 items of 127 bytes.
    private const int ItemBits = 10;
    private const int OffsetBits = 17;

    internal uint Bucket;
    internal int Item;
    internal int Offset;

    /// <summary>Goes on where a walk over the same table stood, which has not changed since.</summary>
    /// <param name="position">Its <see cref="Position"/>; 0: from the start.</param>
    public TableWalk(ulong position)
    {
        Offset = (int)(position & ((1u << OffsetBits) - 1));
        Item = (int)(position >> OffsetBits & ((1u << ItemBits) - 1));
        Bucket = (uint)(position >> (OffsetBits + ItemBits));
    }

    /// <summary>Where it stands, in the lower 59 bits; 0 at the start.</summary>
    public readonly ulong Position => (ulong)Bucket << (OffsetBits + ItemBits) | (ulong)Item << OffsetBits | (uint)Offset;
}

/// <summary>Receives the items of <see cref="PackedTable.Scan"/>.</summary>
public interface ITableVisitor
{
    /// <summary>One item. Borrowed for this call; the table must not be changed.</summary>
    void Visit(TableItem item);
}

/// <summary>How an item of given lengths is written: as the key alone, with a head byte, or in a block of its own.</summary>
internal readonly unsafe struct ItemShape
{
    public readonly int ValueLength;
    public readonly byte LengthByte;
    private readonly byte _head;

    public ItemShape(int keyLength, int valueLength, bool flag)
    {
        ValueLength = valueLength;
        if (valueLength == 0 && !flag && keyLength <= PackedBucket.ItemBytesMax)
        {
            LengthByte = (byte)keyLength;
            return;
        }

        long inBucket = 1L + keyLength + valueLength;
        IsLarge = inBucket > PackedBucket.ItemBytesMax;
        if (IsLarge)
        {
            inBucket = PackedBucket.ExternalBytes;
            keyLength = PackedBucket.ExternalKeyLength;
        }

        LengthByte = (byte)(PackedBucket.HasHead | inBucket);
        _head = (byte)(keyLength << 1 | (flag ? 1 : 0));
    }

    /// <summary>Whether the item needs a block of its own.</summary>
    public bool IsLarge { get; }

    /// <summary>Whether an item in a bucket stands for one in a block of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsExternal(byte* item, byte length) =>
        length == (PackedBucket.HasHead | PackedBucket.ExternalBytes) && *item >> 1 == PackedBucket.ExternalKeyLength;

    /// <summary>Writes everything but the value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(byte* item, scoped ReadOnlySpan<byte> key, byte* external)
    {
        if (LengthByte >= PackedBucket.HasHead) *item++ = _head;
        if (IsLarge) *(byte**)item = external;
        else key.CopyTo(new Span<byte>(item, key.Length));
    }
}
