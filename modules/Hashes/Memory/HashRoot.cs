using ModularKv.Abstractions.Collections;

namespace ModularKv.Hashes.Memory;

/// <summary>What the record of a large hash holds.</summary>
internal struct HashRoot
{
    /// <summary>The fields. Of a flagged item the value begins with eight bytes of expiry, Unix milliseconds.</summary>
    public PackedTable Fields;

    /// <summary>Bytes of the structure.</summary>
    public static unsafe int Size => sizeof(HashRoot);
}

/// <summary>
/// What the record of a large hash holds once one of its fields has had a time to live. Begins like <see cref="HashRoot"/>.
/// </summary>
internal struct ExpiringRoot
{
    /// <summary>The fields, as in <see cref="HashRoot"/>.</summary>
    public PackedTable Fields;

    /// <summary>The fields that expire. Head: Unix milliseconds; tail: the field.</summary>
    public OrderedTree Times;

    /// <summary>Bytes of the structure.</summary>
    public static unsafe int Size => sizeof(ExpiringRoot);
}
