using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>Where a key is in its <see cref="KeyTable"/>. Valid until the table's next insert, remove or step.</summary>
internal readonly unsafe struct TableSlot
{
    internal readonly Bucket* Head;
    internal readonly ulong* Slot;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TableSlot(Bucket* head, ulong* slot)
    {
        Head = head;
        Slot = slot;
    }

    /// <summary>False when the key was not found; nothing else may be used then.</summary>
    public bool Exists
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Slot != null;
    }

    /// <summary>The key's record.</summary>
    public Record* Record
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Bucket.RecordOf(*Slot);
    }

    /// <summary>Puts another record with the same key in the place of this one. The old block stays the caller's to free.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Replace(Record* record)
    {
        *Slot = Bucket.Repack(*Slot, record);
        if (record->HasExpiry) Head->Meta |= Bucket.ExpiringFlag;
    }
}
