using System.Buffers.Binary;

namespace ModularKv.Streams.Memory;

/// <summary>What a group knows about an entry that was delivered and not acknowledged: a payload of its tree.</summary>
internal readonly ref struct PendingEntry(Span<byte> payload)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Bytes = 20;

    private readonly Span<byte> _payload = payload;

    /// <summary>Unix milliseconds of the last delivery.</summary>
    public long DeliveredMs
    {
        get => BinaryPrimitives.ReadInt64LittleEndian(_payload);
        set => BinaryPrimitives.WriteInt64LittleEndian(_payload, value);
    }

    /// <summary>How often it was delivered.</summary>
    public long Deliveries
    {
        get => BinaryPrimitives.ReadInt64LittleEndian(_payload[8..]);
        set => BinaryPrimitives.WriteInt64LittleEndian(_payload[8..], value);
    }

    /// <summary>Number of the consumer that it was delivered to.</summary>
    public int Consumer
    {
        get => BinaryPrimitives.ReadInt32LittleEndian(_payload[16..]);
        set => BinaryPrimitives.WriteInt32LittleEndian(_payload[16..], value);
    }
}
