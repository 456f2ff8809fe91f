using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Hashes.Memory;

namespace ModularKv.Hashes.Encodings;

/// <summary>
/// Changes hashes, and the only place that picks a form for them. States no change and knows no clock: that is the commands' business.
/// Entries must be opened for writing; the reference always points to where the hash is.
/// </summary>
internal sealed class HashWriter(HashType type, HashLimits limits, MemoryOwner memory)
{
    /// <summary>Makes an empty hash under a key that does not exist.</summary>
    /// <param name="keys">The database.</param>
    /// <param name="key">The key.</param>
    /// <param name="room">Bytes that its listpack will need; the rest is the caller's to give back (<see cref="Fit"/>).</param>
    public Entry Create(Database keys, scoped in KeyRef key, long room = Listpack.EmptyBytes)
    {
        Entry entry = keys.Put(key, type, room);
        Listpack.Initialize(entry.WritableValue);
        entry.SetEncoding((int)HashForm.Packed);
        return entry;
    }

    /// <summary>Gives back what a listpack does not use; a table has nothing to give back.</summary>
    public static void Fit(Database keys, ref Entry entry)
    {
        if (!HashReader.IsPacked(entry)) return;
        int bytes = Listpack.Bytes(entry.Value);
        if (bytes != entry.ValueLength) entry = keys.Resize(entry, bytes);
    }

    /// <summary>Makes a table of a listpack if texts of these lengths must not stand in one.</summary>
    /// <param name="keys">The database.</param>
    /// <param name="entry">The hash.</param>
    /// <param name="longest">Length of the longest text that is about to come in, bytes.</param>
    /// <param name="total">Their lengths together.</param>
    public void Prepare(Database keys, ref Entry entry, int longest, long total)
    {
        if (!HashReader.IsPacked(entry)) return;
        if (longest > limits.ValueBytes || !HashLimits.IsSafe(entry.ValueLength, total)) ToTable(keys, ref entry);
    }

    /// <summary>Sets a field.</summary>
    /// <param name="keys">The database.</param>
    /// <param name="entry">The hash.</param>
    /// <param name="field">The field. Must not point into the hash.</param>
    /// <param name="value">Its value. Must not point into the hash.</param>
    /// <param name="keepExpiry">An existing field keeps its time to live.</param>
    /// <returns>Whether the field is new.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Set(
        Database keys, ref Entry entry, scoped ReadOnlySpan<byte> field, scoped ReadOnlySpan<byte> value, bool keepExpiry = false)
    {
        switch (HashReader.FormOf(entry))
        {
            case HashForm.Table:
                TableItem item = entry.Structure<HashRoot>().Fields.Put(memory, field, value.Length, false, out bool added);
                value.CopyTo(item.Value);
                return added;
            case HashForm.TableTimes:
                return SetTimed(ref entry.Structure<ExpiringRoot>(), field, value, keepExpiry);
            default:
                return SetPacked(keys, ref entry, field, value, keepExpiry);
        }
    }

    /// <summary>Removes a field. False: there is none.</summary>
    public bool Remove(Database keys, ref Entry entry, scoped ReadOnlySpan<byte> field)
    {
        if (HashReader.IsPacked(entry)) return RemovePacked(keys, ref entry, field);
        ref HashRoot root = ref entry.Structure<HashRoot>();
        TableItem item = root.Fields.Find(field);
        if (item.IsMissing) return false;
        if (item.Flag) entry.Structure<ExpiringRoot>().Times.Remove(memory, (ulong)HashReader.ValueOf(item).ExpireAtMs, field);
        return root.Fields.Remove(memory, item);
    }

    /// <summary>Gives an existing field a time to live, or takes it away.</summary>
    /// <param name="keys">The database.</param>
    /// <param name="entry">The hash.</param>
    /// <param name="field">The field. Must not point into the hash.</param>
    /// <param name="expireAtMs">Unix milliseconds; 0: never.</param>
    public void SetExpiry(Database keys, ref Entry entry, scoped ReadOnlySpan<byte> field, long expireAtMs)
    {
        switch (HashReader.FormOf(entry))
        {
            case HashForm.Packed:
                if (expireAtMs == 0) return;
                ToTriplets(keys, ref entry);
                SetPackedExpiry(keys, ref entry, field, expireAtMs);
                break;
            case HashForm.PackedTimes:
                SetPackedExpiry(keys, ref entry, field, expireAtMs);
                break;
            case HashForm.Table:
                if (expireAtMs == 0) return;
                entry = keys.Resize(entry, ExpiringRoot.Size);
                entry.Structure<ExpiringRoot>().Times = OrderedTree.Create(0);
                entry.SetEncoding((int)HashForm.TableTimes);
                SetTableExpiry(ref entry.Structure<ExpiringRoot>(), field, expireAtMs);
                break;
            default:
                SetTableExpiry(ref entry.Structure<ExpiringRoot>(), field, expireAtMs);
                break;
        }
    }

    /// <summary>Removes fields whose time is before <paramref name="nowMs"/>, the first to expire first.</summary>
    /// <param name="keys">The database.</param>
    /// <param name="entry">The hash.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <param name="most">Not more than this.</param>
    /// <param name="visitor">Sees each field before it goes.</param>
    /// <returns>Number of fields removed.</returns>
    public long RemoveExpired<TVisitor>(Database keys, ref Entry entry, long nowMs, long most, scoped TVisitor visitor)
        where TVisitor : IElementVisitor, allows ref struct
    {
        long count = Math.Min(most, HashReader.CountExpired(entry, nowMs));
        if (count == 0) return 0;
        if (!HashReader.IsPacked(entry))
        {
            ref ExpiringRoot root = ref entry.Structure<ExpiringRoot>();
            Expiring<TVisitor> expiring = new(ref root, memory, visitor);
            return root.Times.RemoveRange(memory, 0, count, ref expiring);
        }

        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        int at = Listpack.First(entry.Value);
        for (long i = 0; i < count; i++)
        {
            visitor.Visit(Listpack.Get(entry.Value, at).Text(scratch));
            at = PackedFields.NextTriplet(entry.Value, at);
        }

        Listpack.Remove(entry.WritableValue, Listpack.HeaderBytes, (int)count * PackedFields.Triplet);
        Fit(keys, ref entry);
        return count;
    }

    /// <summary>Makes a table of a listpack.</summary>
    public void ToTable(Database keys, ref Entry entry)
    {
        bool timed = HashReader.HasTimes(entry);
        ExpiringRoot root = TableOf(entry.Value, HashReader.StrideOf(entry));
        entry = keys.Resize(entry, timed ? ExpiringRoot.Size : HashRoot.Size);
        entry.Structure<HashRoot>().Fields = root.Fields;
        if (timed) entry.Structure<ExpiringRoot>().Times = root.Times;
        entry.SetEncoding((int)(timed ? HashForm.TableTimes : HashForm.Table));
    }

    /// <summary>A table with the fields of a listpack; of a field that stands there twice the last one counts.</summary>
    public ExpiringRoot TableOf(ReadOnlySpan<byte> pack, int stride)
    {
        ExpiringRoot root = new() { Fields = PackedTable.Create(), Times = OrderedTree.Create(0) };
        Span<byte> fieldText = stackalloc byte[NumberText.IntegerBytesMax];
        Span<byte> valueText = stackalloc byte[NumberText.IntegerBytesMax];
        for (int at = Listpack.First(pack); at >= 0;)
        {
            ReadOnlySpan<byte> field = Listpack.Take(pack, ref at).Text(fieldText);
            ReadOnlySpan<byte> value = Listpack.Take(pack, ref at).Text(valueText);
            long expireAtMs = stride == PackedFields.Triplet ? Listpack.Take(pack, ref at).Integer : 0;
            Put(ref root, field, value, expireAtMs);
        }

        return root;
    }

    /// <summary>Sets a field of a table with its time to live (0: none); whatever it had is gone.</summary>
    public bool Put(ref ExpiringRoot root, scoped ReadOnlySpan<byte> field, scoped ReadOnlySpan<byte> value, long expireAtMs)
    {
        int head = expireAtMs == 0 ? 0 : HashReader.TimeBytes;
        if (root.Times.Count > 0)
        {
            long old = HashReader.ValueOf(root.Fields.Find(field)).ExpireAtMs;
            if (old != 0 && old != expireAtMs) root.Times.Remove(memory, (ulong)old, field);
        }

        TableItem item = root.Fields.Put(memory, field, checked(value.Length + head), head != 0, out bool added);
        value.CopyTo(item.Value[head..]);
        if (head == 0) return added;
        BinaryPrimitives.WriteInt64LittleEndian(item.Value, expireAtMs);
        root.Times.Put(memory, (ulong)expireAtMs, field, out _);
        return added;
    }

    private bool SetTimed(ref ExpiringRoot root, scoped ReadOnlySpan<byte> field, scoped ReadOnlySpan<byte> value, bool keepExpiry)
    {
        long expireAtMs = keepExpiry ? HashReader.ValueOf(root.Fields.Find(field)).ExpireAtMs : 0;
        return Put(ref root, field, value, expireAtMs);
    }

    private bool SetPacked(
        Database keys, ref Entry entry, scoped ReadOnlySpan<byte> field, scoped ReadOnlySpan<byte> value, bool keepExpiry)
    {
        if (Math.Max(field.Length, value.Length) > limits.ValueBytes)
        {
            ToTable(keys, ref entry);
            return Set(keys, ref entry, field, value, keepExpiry);
        }

        int stride = HashReader.StrideOf(entry);
        int at = PackedFields.Find(entry.Value, stride, field);
        if (at < 0) Append(keys, ref entry, stride, field, value);
        else Replace(keys, ref entry, stride, at, value, keepExpiry);

        // Also after a field was only replaced: the limit may have been lowered.
        if (Listpack.Count(entry.Value) / stride > limits.Entries) ToTable(keys, ref entry);
        return at < 0;
    }

    private static void Append(
        Database keys, ref Entry entry, int stride, scoped ReadOnlySpan<byte> field, scoped ReadOnlySpan<byte> value)
    {
        int used = Listpack.Bytes(entry.Value);
        int added = Listpack.SizeOf(field) + Listpack.SizeOf(value) + (stride - PackedFields.Pair) * PackedFields.NeverBytes;
        Grow(keys, ref entry, used + added);
        Span<byte> pack = entry.WritableValue;
        Listpack.Append(pack, field);
        Listpack.Append(pack, value);
        if (stride == PackedFields.Triplet) Listpack.Append(pack, 0);
    }

    private static void Replace(
        Database keys, ref Entry entry, int stride, int at, scoped ReadOnlySpan<byte> value, bool keepExpiry)
    {
        int valueAt = Listpack.Next(entry.Value, at);
        int used = Listpack.Bytes(entry.Value);
        int difference = Listpack.SizeOf(value) - Listpack.LengthAt(entry.Value, valueAt);
        if (difference > 0) Grow(keys, ref entry, used + difference);
        Listpack.Replace(entry.WritableValue, valueAt, value);
        if (stride == PackedFields.Triplet && !keepExpiry && PackedFields.ExpiryAt(entry.Value, at) != 0)
        {
            PackedFields.SetExpiry(entry.WritableValue, at, 0);
            difference = -1;
        }

        if (difference < 0) Fit(keys, ref entry);
    }

    // A new hash gets its room at once; what does not use it all is cut in the end.
    private static void Grow(Database keys, ref Entry entry, int bytes)
    {
        if (bytes > entry.ValueLength) entry = keys.Resize(entry, bytes, growing: true);
    }

    private static bool RemovePacked(Database keys, ref Entry entry, scoped ReadOnlySpan<byte> field)
    {
        int stride = HashReader.StrideOf(entry);
        int at = PackedFields.Find(entry.Value, stride, field);
        if (at < 0) return false;
        Listpack.Remove(entry.WritableValue, at, stride);
        Fit(keys, ref entry);
        return true;
    }

    private static void ToTriplets(Database keys, ref Entry entry)
    {
        int bytes = Listpack.Bytes(entry.Value);
        int fields = Listpack.Count(entry.Value) / PackedFields.Pair;
        byte[] pairs = ArrayPool<byte>.Shared.Rent(bytes);
        entry.Value[..bytes].CopyTo(pairs);
        entry = keys.Resize(entry, bytes + (long)fields * PackedFields.NeverBytes);
        PackedFields.ToTriplets(pairs.AsSpan(0, bytes), entry.WritableValue);
        entry.SetEncoding((int)HashForm.PackedTimes);
        ArrayPool<byte>.Shared.Return(pairs);
    }

    private static void SetPackedExpiry(Database keys, ref Entry entry, scoped ReadOnlySpan<byte> field, long expireAtMs)
    {
        int at = PackedFields.Find(entry.Value, PackedFields.Triplet, field);
        Invariant.Check(at >= 0, "a field that is not there was to get a time to live");
        int difference = Listpack.SizeOf(expireAtMs) - Listpack.LengthAt(entry.Value, PackedFields.TimeOf(entry.Value, at));
        if (difference > 0) Grow(keys, ref entry, Listpack.Bytes(entry.Value) + difference);
        PackedFields.SetExpiry(entry.WritableValue, at, expireAtMs);
        if (difference < 0) Fit(keys, ref entry);
    }

    private void SetTableExpiry(ref ExpiringRoot root, scoped ReadOnlySpan<byte> field, long expireAtMs)
    {
        TableItem item = root.Fields.Find(field);
        Invariant.Check(!item.IsMissing, "a field that is not there was to get a time to live");
        if (item.Flag && expireAtMs != 0)
        {
            root.Times.Remove(memory, (ulong)BinaryPrimitives.ReadInt64LittleEndian(item.Value), field);
            BinaryPrimitives.WriteInt64LittleEndian(item.Value, expireAtMs);
            root.Times.Put(memory, (ulong)expireAtMs, field, out _);
            return;
        }

        // The value moves up or down by eight bytes, for which the item may have to move.
        ReadOnlySpan<byte> value = item.Value[(item.Flag ? HashReader.TimeBytes : 0)..];
        byte[] kept = ArrayPool<byte>.Shared.Rent(value.Length);
        value.CopyTo(kept);
        Put(ref root, field, kept.AsSpan(0, value.Length), expireAtMs);
        ArrayPool<byte>.Shared.Return(kept);
    }

    private readonly ref struct Expiring<TVisitor>(ref ExpiringRoot root, MemoryOwner memory, TVisitor visitor) : ITreeVisitor
        where TVisitor : IElementVisitor, allows ref struct
    {
        private readonly ref ExpiringRoot _root = ref root;
        private readonly MemoryOwner _memory = memory;
        private readonly TVisitor _visitor = visitor;

        public void Visit(TreeCursor item)
        {
            _visitor.Visit(item.Tail);
            _root.Fields.Remove(_memory, item.Tail);
        }
    }
}
