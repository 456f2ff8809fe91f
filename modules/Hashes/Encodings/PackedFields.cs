using System.Buffers;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Hashes.Encodings;

/// <summary>Fields in a listpack: pairs of field and value, or triplets with the time to live. Positions are those of fields.</summary>
internal static class PackedFields
{
    /// <summary>Elements per field without times to live.</summary>
    public const int Pair = 2;

    /// <summary>Elements per field with times to live.</summary>
    public const int Triplet = 3;

    /// <summary>Bytes of the element 0: no time to live.</summary>
    public const int NeverBytes = 2;

    /// <summary>Finds a field; -1: there is none.</summary>
    public static int Find(ReadOnlySpan<byte> pack, int stride, ReadOnlySpan<byte> field)
        => Listpack.Find(pack, Listpack.First(pack), field, stride - 1);

    /// <summary>The value of the field at a position, with its time to live.</summary>
    public static HashField ValueAt(ReadOnlySpan<byte> pack, int stride, int at)
    {
        at = Listpack.Next(pack, at);
        ListpackElement value = Listpack.Take(pack, ref at);
        return new HashField(value, stride == Triplet ? Listpack.Get(pack, at).Integer : 0);
    }

    /// <summary>The time to live of the field at a position of triplets, Unix milliseconds; 0: none.</summary>
    public static long ExpiryAt(ReadOnlySpan<byte> pack, int at) => Listpack.Get(pack, TimeOf(pack, at)).Integer;

    /// <summary>Position of the time of the field at a position of triplets.</summary>
    public static int TimeOf(ReadOnlySpan<byte> pack, int at) => Listpack.Next(pack, Listpack.Next(pack, at));

    /// <summary>The field behind the one at a position of triplets; -1: there is none.</summary>
    public static int NextTriplet(ReadOnlySpan<byte> pack, int at) => Listpack.Next(pack, TimeOf(pack, at));

    /// <summary>Number of fields in triplets whose time is before <paramref name="nowMs"/>; they stand first.</summary>
    public static int CountExpired(ReadOnlySpan<byte> pack, long nowMs)
    {
        int count = 0;
        for (int at = Listpack.First(pack); at >= 0; at = NextTriplet(pack, at))
        {
            long expireAtMs = ExpiryAt(pack, at);
            if (expireAtMs == 0 || expireAtMs >= nowMs) break;
            count++;
        }

        return count;
    }

    /// <summary>Where a field with that time to live belongs: behind those that go earlier or at the same time.</summary>
    public static int PlaceFor(ReadOnlySpan<byte> pack, long expireAtMs)
    {
        if (expireAtMs == 0) return Listpack.EndOf(pack);
        for (int at = Listpack.First(pack); at >= 0; at = NextTriplet(pack, at))
        {
            long other = ExpiryAt(pack, at);
            if (other == 0 || other > expireAtMs) return at;
        }

        return Listpack.EndOf(pack);
    }

    /// <summary>Gives the field at a position another time to live and moves it to where it belongs.</summary>
    /// <param name="pack">Triplets, with room for a longer time.</param>
    /// <param name="at">The field.</param>
    /// <param name="expireAtMs">Unix milliseconds; 0: none.</param>
    public static void SetExpiry(Span<byte> pack, int at, long expireAtMs)
    {
        int length = TimeOf(pack, at) - at;
        byte[] kept = ArrayPool<byte>.Shared.Rent(length);
        pack.Slice(at, length).CopyTo(kept);
        Listpack.Remove(pack, at, Triplet);
        int place = PlaceFor(pack, expireAtMs);
        Listpack.InsertEncoded(pack, place, kept.AsSpan(0, length), Pair);
        Listpack.Insert(pack, place + length, expireAtMs);
        ArrayPool<byte>.Shared.Return(kept);
    }

    /// <summary>Makes triplets without times to live of pairs.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="triplets">As long as the pairs and <see cref="NeverBytes"/> for each field. Must not be the same bytes.</param>
    public static void ToTriplets(ReadOnlySpan<byte> pairs, Span<byte> triplets)
    {
        Listpack.Initialize(triplets);
        for (int at = Listpack.First(pairs); at >= 0;)
        {
            int next = Listpack.Next(pairs, Listpack.Next(pairs, at));
            Listpack.InsertEncoded(triplets, Listpack.EndOf(triplets), Listpack.Slice(pairs, at, next), Pair);
            Listpack.Append(triplets, 0);
            at = next;
        }
    }
}
