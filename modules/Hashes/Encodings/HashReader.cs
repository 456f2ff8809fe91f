using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Hashes.Memory;

namespace ModularKv.Hashes.Encodings;

/// <summary>Reads hashes, whatever their form. Knows no clock: what has expired and is not removed yet is there.</summary>
internal static class HashReader
{
    /// <summary>Bytes of expiry before the value of a flagged item of a table.</summary>
    public const int TimeBytes = sizeof(long);

    /// <summary>The form.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HashForm FormOf(Entry entry) => (HashForm)entry.Encoding;

    /// <summary>Whether the hash is a listpack.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPacked(Entry entry) => entry.Encoding <= (int)HashForm.PackedTimes;

    /// <summary>Elements per field of a listpack.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StrideOf(Entry entry) => PackedFields.Pair + entry.Encoding;

    /// <summary>Whether fields of this form may have times to live.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasTimes(Entry entry) => (entry.Encoding & 1) != 0;

    /// <summary>Number of fields. O(1).</summary>
    public static long Count(Entry entry)
        => IsPacked(entry) ? Listpack.Count(entry.Value) / StrideOf(entry) : entry.Structure<HashRoot>().Fields.Count;

    /// <summary>Finds a field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HashField Find(Entry entry, scoped ReadOnlySpan<byte> field)
        => IsPacked(entry) ? FindPacked(entry, field) : ValueOf(entry.Structure<HashRoot>().Fields.Find(field));

    /// <summary>Finds a field whose hash was computed ahead (<see cref="CommandSpec.ElementArgument"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HashField Find(Entry entry, scoped in KeyRef field)
        => IsPacked(entry) ? FindPacked(entry, field.Bytes) : ValueOf(entry.Structure<HashRoot>().Fields.Find(field.Bytes, field.Hash));

    /// <summary>A table's item as a value with its time to live; missing where it is missing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HashField ValueOf(TableItem item)
    {
        if (item.IsMissing) return default;
        ReadOnlySpan<byte> value = item.Value;
        return item.Flag ? new HashField(value[TimeBytes..], BinaryPrimitives.ReadInt64LittleEndian(value)) : new HashField(value);
    }

    /// <summary>When the first of the fields expires, Unix milliseconds; 0: none does. O(1).</summary>
    public static long NextExpiry(Entry entry)
    {
        switch (FormOf(entry))
        {
            case HashForm.PackedTimes:
                int at = Listpack.First(entry.Value);
                return at < 0 ? 0 : PackedFields.ExpiryAt(entry.Value, at);
            case HashForm.TableTimes:
                TreeCursor first = entry.Structure<ExpiringRoot>().Times.First();
                return first.IsValid ? (long)first.Head : 0;
            default:
                return 0;
        }
    }

    /// <summary>Number of fields whose time is before <paramref name="nowMs"/>. O(log n) in a table.</summary>
    public static long CountExpired(Entry entry, long nowMs) => FormOf(entry) switch
    {
        HashForm.PackedTimes => PackedFields.CountExpired(entry.Value, nowMs),
        HashForm.TableTimes => entry.Structure<ExpiringRoot>().Times.RankOf((ulong)nowMs, default),
        _ => 0,
    };

    private static HashField FindPacked(Entry entry, scoped ReadOnlySpan<byte> field)
    {
        ReadOnlySpan<byte> pack = entry.Value;
        int stride = StrideOf(entry);
        int at = PackedFields.Find(pack, stride, field);
        return at < 0 ? default : PackedFields.ValueAt(pack, stride, at);
    }
}
