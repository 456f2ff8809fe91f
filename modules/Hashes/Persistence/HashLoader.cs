using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Hashes.Encodings;

namespace ModularKv.Hashes.Persistence;

/// <summary>Reads hashes in every form that a Redis has saved them in. Trusts no byte. Source: rdbLoadObject.</summary>
internal sealed class HashLoader(HashType type, HashLimits limits)
{
    /// <summary>RDB_TYPE_HASH: a count, fields and values.</summary>
    public const byte Fields = 4;

    /// <summary>RDB_TYPE_HASH_LISTPACK.</summary>
    public const byte Pack = 16;

    /// <summary>RDB_TYPE_HASH_METADATA: the first time, a count, times, fields and values.</summary>
    public const byte TimedFields = 24;

    /// <summary>RDB_TYPE_HASH_LISTPACK_EX: the first time, a listpack of triplets.</summary>
    public const byte TimedPack = 25;

    private const byte Zipmap = 9;
    private const byte Ziplist = 13;

    /// <summary>RDB_TYPE_HASH_METADATA_PRE_GA: times are absolute.</summary>
    private const byte EarlyTimedFields = 22;

    /// <summary>RDB_TYPE_HASH_LISTPACK_EX_PRE_GA: without the first time.</summary>
    private const byte EarlyTimedPack = 23;

    /// <summary>Latest time to live of a field, Unix milliseconds. Source: EB_EXPIRE_TIME_MAX.</summary>
    private const ulong TimeMsMax = (1ul << 48) - 2;

    /// <summary>The types that <see cref="Load"/> reads.</summary>
    public static ReadOnlySpan<byte> Types => [Fields, Zipmap, Ziplist, Pack, EarlyTimedFields, EarlyTimedPack, TimedFields, TimedPack];

    /// <inheritdoc cref="DataType.Load"/>
    public Entry Load(ValueReader reader, int rdbType, Database keys, scoped in KeyRef key)
    {
        switch (rdbType)
        {
            case Pack:
                return LoadPack(reader.String(), reader.Sanitize, PackedFields.Pair, keys, key);
            case TimedPack:
                reader.Fixed64();
                return LoadPack(reader.String(), reader.Sanitize, PackedFields.Triplet, keys, key);
            case EarlyTimedPack:
                return LoadPack(reader.String(), reader.Sanitize, PackedFields.Triplet, keys, key);
            default:
                return LoadFields(reader, rdbType, keys, key);
        }
    }

    // A key is put first and taken away again when its value turns out to be none: what the writer builds belongs to a key.
    private Entry LoadFields(ValueReader reader, int rdbType, Database keys, scoped in KeyRef key)
    {
        Entry entry = type.Writer.Create(keys, key);
        try
        {
            switch (rdbType)
            {
                case Zipmap:
                    FromZipmap(reader.String(), keys, ref entry);
                    break;
                case Ziplist:
                    FromZiplist(reader.String(), keys, ref entry);
                    break;
                default:
                    FromFields(reader, rdbType, keys, ref entry);
                    break;
            }

            if (HashReader.Count(entry) == 0) throw new ValueFormatException("a hash without fields") { IsEmpty = rdbType != Zipmap };
        }
        catch (ValueFormatException)
        {
            keys.Delete(key);
            throw;
        }

        return entry;
    }

    private void FromFields(ValueReader reader, int rdbType, Database keys, ref Entry entry)
    {
        ulong first = rdbType == TimedFields ? (ulong)reader.Fixed64() : 0;
        if (first > TimeMsMax) throw new ValueFormatException("a hash's first time to live is out of range");
        ulong count = reader.Length();
        if (count > (ulong)limits.Entries) type.Writer.ToTable(keys, ref entry);
        byte[] kept = [];
        for (; count > 0; count--)
        {
            ulong time = rdbType == Fields ? 0 : reader.Length();
            if (time > TimeMsMax) throw new ValueFormatException("a field's time to live is out of range");
            if (time != 0 && rdbType == TimedFields) time = time + first - 1;
            if (time > TimeMsMax) throw new ValueFormatException("a field's time to live is out of range");

            // The reader gives one string at a time.
            ReadOnlySpan<byte> field = reader.String();
            if (kept.Length < field.Length) kept = new byte[Math.Max(field.Length, 64)];
            field.CopyTo(kept);
            field = kept.AsSpan(0, field.Length);
            Add(keys, ref entry, field, reader.String());
            if (time != 0) type.Writer.SetExpiry(keys, ref entry, field, (long)time);
        }
    }

    private void FromZipmap(ReadOnlySpan<byte> bytes, Database keys, ref Entry entry)
    {
        ZipmapReader zipmap = new(bytes);
        while (zipmap.TryNext(out ReadOnlySpan<byte> field, out ReadOnlySpan<byte> value)) Add(keys, ref entry, field, value);
    }

    private void FromZiplist(ReadOnlySpan<byte> bytes, Database keys, ref Entry entry)
    {
        Span<byte> fieldText = stackalloc byte[NumberText.IntegerBytesMax];
        Span<byte> valueText = stackalloc byte[NumberText.IntegerBytesMax];
        ZiplistReader ziplist = new(bytes);
        while (ziplist.TryNext(out ListpackElement field))
        {
            if (!ziplist.TryNext(out ListpackElement value)) throw new ValueFormatException("a hash's ziplist has a field without value");
            Add(keys, ref entry, field.Text(fieldText), value.Text(valueText));
        }
    }

    private void Add(Database keys, ref Entry entry, scoped ReadOnlySpan<byte> field, scoped ReadOnlySpan<byte> value)
    {
        type.Writer.Prepare(keys, ref entry, Math.Max(field.Length, value.Length), (long)field.Length + value.Length);
        if (!type.Writer.Set(keys, ref entry, field, value)) throw new ValueFormatException("a hash has a field twice");
    }

    private Entry LoadPack(ReadOnlySpan<byte> pack, bool sanitize, int stride, Database keys, scoped in KeyRef key)
    {
        if (!Listpack.IsWellFormed(pack)) throw new ValueFormatException("a hash's listpack is malformed");
        int elements = Listpack.Count(pack);
        if (elements == 0) throw new ValueFormatException("a hash without fields") { IsEmpty = true };
        if (elements % stride != 0) throw new ValueFormatException($"a hash's listpack has {elements} elements");
        if (stride == PackedFields.Triplet) CheckTimes(pack);

        // A table cannot have a field twice.
        bool isLarge = elements / stride > limits.Entries;
        if (sanitize || isLarge) CheckTwice(pack, stride);
        Entry entry = keys.Put(key, type, pack.Length);
        pack.CopyTo(entry.WritableValue);
        entry.SetEncoding(stride - PackedFields.Pair);
        if (isLarge) type.Writer.ToTable(keys, ref entry);
        return entry;
    }

    private static void CheckTimes(ReadOnlySpan<byte> pack)
    {
        long last = 0;
        for (int at = Listpack.First(pack); at >= 0; at = PackedFields.NextTriplet(pack, at))
        {
            ListpackElement time = Listpack.Get(pack, PackedFields.TimeOf(pack, at));
            bool inOrder = last == -1 ? time.Integer == 0 : time.Integer == 0 || time.Integer >= last;
            if (!time.IsInteger || time.Integer < 0 || (ulong)time.Integer > TimeMsMax || !inOrder)
            {
                throw new ValueFormatException("a hash's listpack has times to live that are out of range or out of order");
            }

            // Once one has none, none behind it has.
            last = time.Integer == 0 ? -1 : time.Integer;
        }
    }

    private static void CheckTwice(ReadOnlySpan<byte> pack, int stride)
    {
        HashSet<string> seen = [];
        for (int at = Listpack.First(pack); at >= 0;)
        {
            ListpackElement field = Listpack.Take(pack, ref at);
            string text = System.Text.Encoding.Latin1.GetString(field.ToArray());
            if (!seen.Add(text)) throw new ValueFormatException("a hash's listpack with dup elements");
            for (int i = 1; i < stride; i++) Listpack.Take(pack, ref at);
        }
    }
}
