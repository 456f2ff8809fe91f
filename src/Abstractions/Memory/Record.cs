using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>
/// One key with its value in one contiguous off-heap block, only ever used through a pointer:
/// <c>header (8) | [u32 key length, 4 pad: keys from 255 bytes] | [i64 expiry: if HasExpiry] | key | value area</c>.
/// </summary>
/// <remarks>
/// Header bits: 0-7 key length (255: long key), 8-13 type id, 14 HasExpiry, 15 External, 16 SnapshotParity, 17 Observed, 18-21 encoding,
/// 22-39 inline value length, 40-63 access clock. The block is 8-byte aligned, the value area is not. The block belongs to whoever
/// allocated it (<see cref="Size"/> bytes); the key table holds the only pointer to it, so it may move when that pointer is changed.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = HeaderSize)]
public unsafe struct Record
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 8;

    /// <summary>Longest value that fits behind the key, in bytes (18 bits); longer ones are external.</summary>
    public const int InlineValueLengthMax = (1 << 18) - 1;

    /// <summary>Bytes of the value area of an external value: pointer, length, capacity.</summary>
    public const int ExternalAreaSize = 24;

    /// <summary>Highest type id (6 bits).</summary>
    public const int TypeIdMax = 63;

    /// <summary>Highest access clock (24 bits).</summary>
    public const uint AccessClockMax = (1u << 24) - 1;

    private const int LongKeyMark = 255;
    private const int ExtraSize = 8;
    private const int TypeShift = 8, ExpiryShift = 14, EncodingShift = 18, ValueLengthShift = 22, ClockShift = 40;
    private const ulong ExpiryBit = 1ul << ExpiryShift;
    private const ulong ExternalBit = 1ul << 15;
    private const ulong ParityBit = 1ul << 16;
    private const ulong ObservedBit = 1ul << 17;
    private const ulong EncodingMask = 0xFul << EncodingShift;
    private const ulong ValueLengthMask = (ulong)InlineValueLengthMax << ValueLengthShift;
    private const ulong BelowClock = (1ul << ClockShift) - 1;

    private ulong _header;

    private byte* Start
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (byte*)Unsafe.AsPointer(ref this);
    }

    private readonly bool IsLongKey
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (byte)_header == LongKeyMark;
    }

    private readonly int KeyOffset
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => HeaderSize + (IsLongKey ? ExtraSize : 0) + ((int)(_header >> (ExpiryShift - 3)) & 8);
    }

    /// <summary>Length of the key in bytes.</summary>
    public int KeyLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsLongKey ? *(int*)(Start + HeaderSize) : (byte)_header;
    }

    /// <summary>The first byte of the key.</summary>
    public byte* KeyPointer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Start + KeyOffset;
    }

    /// <summary>The key, valid until the record is freed or moved.</summary>
    public ReadOnlySpan<byte> Key
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(KeyPointer, KeyLength);
    }

    /// <summary>The first byte behind the key: the inline value, or the external area. Not aligned.</summary>
    public byte* ValueArea
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Start + KeyOffset + KeyLength;
    }

    /// <summary>The value's bytes, inline or external, valid until the record or its value changes.</summary>
    public Span<byte> Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsExternal ? new(ExternalPointer, checked((int)ExternalLength)) : new(ValueArea, InlineValueLength);
    }

    /// <summary>The data type's id, 0..<see cref="TypeIdMax"/>.</summary>
    public readonly int TypeId
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (int)(_header >> TypeShift) & TypeIdMax;
    }

    /// <summary>Whether the block has room for an expiry. Fixed for the life of the block: it decides where the key is.</summary>
    public readonly bool HasExpiry
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (_header & ExpiryBit) != 0;
    }

    /// <summary>Whether the value area is a pointer, a length and a capacity. Fixed for the life of the block.</summary>
    public readonly bool IsExternal
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (_header & ExternalBit) != 0;
    }

    /// <summary>The snapshot generation's lowest bit, as the snapshot walk left it.</summary>
    public bool SnapshotParity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly get => (_header & ParityBit) != 0;
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => _header = value ? _header | ParityBit : _header & ~ParityBit;
    }

    /// <summary>Whether somebody outside the keyspace (WATCH, tracking, blocking) wants to hear of changes to this key.</summary>
    public bool IsObserved
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly get => (_header & ObservedBit) != 0;
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => _header = value ? _header | ObservedBit : _header & ~ObservedBit;
    }

    /// <summary>The encoding, 0..15; its meaning belongs to the data type.</summary>
    public int Encoding
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly get => (int)(_header >> EncodingShift) & 0xF;
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => _header = (_header & ~EncodingMask) | (((ulong)(uint)value << EncodingShift) & EncodingMask);
    }

    /// <summary>Bytes of the inline value; 0 for an external one. Growing it beyond the block's size is the caller's mistake.</summary>
    public int InlineValueLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly get => (int)(_header >> ValueLengthShift) & InlineValueLengthMax;
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set
        {
            Debug.Assert((uint)value <= InlineValueLengthMax, "inline value length needs 18 bits");
            _header = (_header & ~ValueLengthMask) | (((ulong)(uint)value << ValueLengthShift) & ValueLengthMask);
        }
    }

    /// <summary>LRU seconds, or LFU minutes and counter: 24 bits.</summary>
    public uint AccessClock
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly get => (uint)(_header >> ClockShift);

        // A whole-word store: three byte stores would make the next read of the header wait for all of them.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => _header = (_header & BelowClock) | ((ulong)value << ClockShift);
    }

    /// <summary>Absolute expiry, Unix time in milliseconds, UTC. Only where <see cref="HasExpiry"/>: elsewhere the key is there.</summary>
    public long ExpireAtMs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Debug.Assert(HasExpiry, "record without expiry");
            return *(long*)(Start + HeaderSize + (IsLongKey ? ExtraSize : 0));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set
        {
            Debug.Assert(HasExpiry, "record without expiry");
            *(long*)(Start + HeaderSize + (IsLongKey ? ExtraSize : 0)) = value;
        }
    }

    /// <summary>First byte of an external value; owned by the data type. Only where <see cref="IsExternal"/>.</summary>
    public byte* ExternalPointer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (byte*)Unsafe.ReadUnaligned<nuint>(ValueArea);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => Unsafe.WriteUnaligned(ValueArea, (nuint)value);
    }

    /// <summary>Bytes used of an external value. Only where <see cref="IsExternal"/>.</summary>
    public long ExternalLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.ReadUnaligned<long>(ValueArea + 8);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => Unsafe.WriteUnaligned(ValueArea + 8, value);
    }

    /// <summary>Bytes allocated for an external value. Only where <see cref="IsExternal"/>.</summary>
    public long ExternalCapacity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.ReadUnaligned<long>(ValueArea + 16);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => Unsafe.WriteUnaligned(ValueArea + 16, value);
    }

    /// <summary>Bytes this record needs now: what its block was allocated with, unless the inline value has shrunk since.</summary>
    public int Size
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => KeyOffset + KeyLength + (IsExternal ? ExternalAreaSize : InlineValueLength);
    }

    /// <summary>Bytes a record needs. <paramref name="valueLength"/> is ignored for an external value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TotalSize(int keyLength, int valueLength, bool hasExpiry, bool external) =>
        HeaderSize + (keyLength >= LongKeyMark ? ExtraSize : 0) + (hasExpiry ? 8 : 0) + keyLength
        + (external ? ExternalAreaSize : valueLength);

    /// <summary>Writes the header and the key into a fresh block of <see cref="TotalSize"/> bytes or more, 8-byte aligned.</summary>
    /// <returns>The block as a record. Its expiry (if any) and value area still hold whatever was in the memory.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Record* Initialize(
        byte* block, byte* key, int keyLength, int typeId, int encoding, int valueLength, bool hasExpiry, bool external, uint accessClock)
    {
        Debug.Assert((uint)typeId <= TypeIdMax && (uint)encoding <= 15, "type id needs 6 bits, encoding 4");
        Debug.Assert(external || (uint)valueLength <= InlineValueLengthMax, "inline value length needs 18 bits");
        Record* record = (Record*)block;
        ulong header = ((ulong)(uint)typeId << TypeShift) | ((ulong)(uint)encoding << EncodingShift) | ((ulong)accessClock << ClockShift);
        header |= external ? ExternalBit : (ulong)(uint)valueLength << ValueLengthShift;
        if (hasExpiry) header |= ExpiryBit;
        if (keyLength < LongKeyMark)
        {
            record->_header = header | (uint)keyLength;
        }
        else
        {
            record->_header = header | LongKeyMark;
            *(ulong*)(block + HeaderSize) = (uint)keyLength;
        }

        byte* to = record->KeyPointer;
        if ((uint)(keyLength - 8) <= 8)
        {
            ulong first = *(ulong*)key, last = *(ulong*)(key + keyLength - 8);
            *(ulong*)to = first;
            *(ulong*)(to + keyLength - 8) = last;
        }
        else
        {
            Unsafe.CopyBlockUnaligned(to, key, (uint)keyLength);
        }

        return record;
    }

    /// <summary>Whether this record's key is these bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool KeyEquals(byte* key, int length)
    {
        if (length >= LongKeyMark) return LongKeyEquals(key, length);
        if ((byte)_header != length) return false;
        byte* own = Start + HeaderSize + ((int)(_header >> (ExpiryShift - 3)) & 8);

        // Most keys have 8 to 16 bytes: two overlapping words cover them without a call.
        if ((uint)(length - 8) <= 8)
        {
            return ((*(ulong*)own ^ *(ulong*)key) | (*(ulong*)(own + length - 8) ^ *(ulong*)(key + length - 8))) == 0;
        }

        return new ReadOnlySpan<byte>(own, length).SequenceEqual(new ReadOnlySpan<byte>(key, length));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool LongKeyEquals(byte* key, int length) => Key.SequenceEqual(new ReadOnlySpan<byte>(key, length));
}
