using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Hashes.Encodings;
using ModularKv.Hashes.Expiry;
using ModularKv.Hashes.Memory;
using ModularKv.Hashes.Persistence;

namespace ModularKv.Hashes;

/// <summary>The type "hash": what the keyspace asks of a value. What commands do with it is in <see cref="HashWriter"/>.</summary>
internal sealed class HashType : DataType, IFieldType
{
    /// <summary>Marks a position of <see cref="Defragment"/> that is in the tree of times: the table is done.</summary>
    private const ulong InTimes = 1ul << 63;

    private readonly MemoryOwner _memory;
    private readonly byte[] _digits = new byte[NumberText.IntegerBytesMax];

    /// <summary>The type with all that belongs to it.</summary>
    public HashType(HashLimits limits, MemoryOwner memory)
    {
        _memory = memory;
        Limits = limits;
        Writer = new HashWriter(this, limits, memory);
        Queue = new ExpiryQueue(this, memory);
        Expiry = new FieldExpiry(Writer, Queue, this);
        Loader = new HashLoader(this, limits);
    }

    /// <summary>Up to which size a hash stays a listpack.</summary>
    public HashLimits Limits { get; }

    /// <summary>Changes hashes.</summary>
    public HashWriter Writer { get; }

    /// <summary>When to look at which hash.</summary>
    public ExpiryQueue Queue { get; }

    /// <summary>Removes what has expired.</summary>
    public FieldExpiry Expiry { get; }

    /// <inheritdoc/>
    public override string Name => "hash";

    /// <inheritdoc/>
    public override bool OwnsMemory => true;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> RdbTypes => HashLoader.Types;

    private HashLoader Loader { get; }

    /// <inheritdoc/>
    public override string EncodingOf(Entry value) => HashReader.FormOf(value) switch
    {
        HashForm.Packed => "listpack",
        HashForm.PackedTimes => "listpackex",
        _ => "hashtable",
    };

    /// <inheritdoc/>
    public override void Free(Entry value)
    {
        if (HashReader.IsPacked(value)) return;
        value.Structure<HashRoot>().Fields.Free(_memory);
        if (HashReader.HasTimes(value)) value.Structure<ExpiringRoot>().Times.Free(_memory);
    }

    /// <inheritdoc/>
    public override long FreeEffort(Entry value) => HashReader.FormOf(value) switch
    {
        HashForm.Table => value.Structure<HashRoot>().Fields.BlockCount,
        HashForm.TableTimes => value.Structure<HashRoot>().Fields.BlockCount + value.Structure<ExpiringRoot>().Times.BlockCount,
        _ => 1,
    };

    /// <inheritdoc/>
    public override bool FreeSome(Entry value, int pieces)
    {
        if (HashReader.IsPacked(value)) return true;
        if (!value.Structure<HashRoot>().Fields.FreeSome(_memory, pieces)) return false;
        return !HashReader.HasTimes(value) || value.Structure<ExpiringRoot>().Times.FreeSome(_memory, pieces);
    }

    /// <inheritdoc/>
    public override void Prefetch(Entry value, ulong elementHash)
    {
        if (!HashReader.IsPacked(value)) value.Structure<HashRoot>().Fields.Prefetch(elementHash);
    }

    /// <inheritdoc/>
    public override void Duplicate(Entry source, Entry copy)
    {
        if (HashReader.IsPacked(source)) return;
        copy.Structure<HashRoot>().Fields = source.Structure<HashRoot>().Fields.Clone(_memory);
        if (HashReader.HasTimes(source))
        {
            copy.Structure<ExpiringRoot>().Times = source.Structure<ExpiringRoot>().Times.Clone(_memory);
        }
    }

    /// <inheritdoc/>
    public override long MemoryUsage(Entry value, int samples)
    {
        if (HashReader.IsPacked(value)) return 0;
        long bytes = value.Structure<HashRoot>().Fields.UsedBytes;
        return HashReader.HasTimes(value) ? bytes + value.Structure<ExpiringRoot>().Times.UsedBytes : bytes;
    }

    /// <inheritdoc/>
    public override void Digest(Entry value, DigestBuilder digest)
    {
        DigestBuilder one = new();
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        HashWalk walk = new(value);
        while (walk.MoveNext())
        {
            one.Clear();
            one.Mix(walk.Field.Text(scratch));
            one.Mix(walk.Value.Text(scratch));
            if (walk.Value.ExpireAtMs != 0) one.Xor("!!hexpire!!"u8);
            digest.Xor(one.State);
        }
    }

    /// <inheritdoc/>
    public override bool Save(Entry value, ValueWriter writer, ref ulong position) => HashSaver.Save(value, writer, ref position);

    /// <inheritdoc/>
    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key)
    {
        Entry entry = Loader.Load(reader, rdbType, database, key);
        long next = HashReader.NextExpiry(entry);
        if (next != 0) Queue.Track(database, key.Bytes, 0, next);
        return entry;
    }

    /// <inheritdoc/>
    public override bool Defragment(Entry value, ref ulong position, int pieces)
    {
        if (HashReader.IsPacked(value)) return true;
        if ((position & InTimes) == 0)
        {
            if (!value.Structure<HashRoot>().Fields.Defragment(_memory, ref position, pieces)) return false;
            if (!HashReader.HasTimes(value)) return true;
            position = InTimes;
            return false;
        }

        ulong inTimes = position & ~InTimes;
        bool done = value.Structure<ExpiringRoot>().Times.Defragment(_memory, ref inTimes, pieces);
        position = inTimes | InTimes;
        return done;
    }

    /// <inheritdoc/>
    public override void Rewrite(Entry value, ICommandSink commands)
    {
        ulong position = 0;
        while (!Rewrite(value, commands, ref position))
        {
        }
    }

    /// <inheritdoc/>
    public override bool Rewrite(Entry value, ICommandSink commands, ref ulong position)
        => HashRewriting.Write(value, commands, ref position);

    /// <inheritdoc/>
    public bool TryGetField(Entry value, ReadOnlySpan<byte> field, out ReadOnlySpan<byte> content)
    {
        HashField found = HashReader.Find(value, field);
        content = default;
        if (found.IsMissing || (found.ExpireAtMs != 0 && found.ExpireAtMs < Expiry.Horizon)) return false;
        content = found.Text(_digits);
        return true;
    }
}
