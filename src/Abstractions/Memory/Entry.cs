using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions;

/// <summary>
/// A key with its value, as found in a <see cref="Database"/>. Points into the keyspace: valid until the next call that may write to the
/// same database; methods that move it return the new place.
/// </summary>
public readonly unsafe ref struct Entry
{
    internal readonly Record* Record;
    internal readonly ulong* Slot;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Entry(Record* record, ulong* slot)
    {
        Record = record;
        Slot = slot;
    }

    /// <summary>Whether there is no such key.</summary>
    public bool IsMissing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Record == null;
    }

    /// <summary>Whether the value is of <paramref name="type"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Is(DataType type) => Record->TypeId == type.Id;

    /// <summary>The raw key.</summary>
    public ReadOnlySpan<byte> Key => Record->Key;

    /// <summary>The value's bytes: a string's content, or whatever the type keeps there. Borrowed.</summary>
    public ReadOnlySpan<byte> Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Record->Value;
    }

    /// <summary>The value's bytes for changing in place. Only on entries opened for writing.</summary>
    public Span<byte> WritableValue
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Record->Value;
    }

    /// <summary>
    /// The value's bytes as a structure: the root of a value that owns memory elsewhere. It moves with the record: take it anew after
    /// anything that may move the entry.
    /// </summary>
    /// <exception cref="InvariantException">The value is shorter than the structure.</exception>
    public ref T Structure<T>() where T : unmanaged
    {
        if (ValueLength < sizeof(T)) Invariant.Fail("the value is shorter than its structure");
        return ref *(T*)(Record->IsExternal ? Record->ExternalPointer : Record->ValueArea);
    }

    /// <summary>Length of the value in bytes.</summary>
    public long ValueLength => Record->IsExternal ? Record->ExternalLength : Record->InlineValueLength;

    /// <summary>Four bits that belong to the type: which encoding the value has.</summary>
    public int Encoding
    {
        get => Record->Encoding;
    }

    /// <summary>Changes the type's four bits.</summary>
    public void SetEncoding(int encoding) => Record->Encoding = encoding;

    /// <summary>Whether the key has a time to live.</summary>
    public bool HasExpiry => Record->HasExpiry;

    /// <summary>Unix time in milliseconds at which the key expires; -1: never.</summary>
    public long ExpireAtMs => Record->HasExpiry ? Record->ExpireAtMs : -1;
}
