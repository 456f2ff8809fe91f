using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Sets.Persistence;

namespace ModularKv.Sets;

/// <summary>Sets: an intset or a listpack in the record, or a table off-heap.</summary>
internal sealed class SetType(MemoryOwner memory, SetLimits limits) : DataType, ISetType
{
    private SetRdb? _rdb;

    /// <inheritdoc/>
    public override string Name => "set";

    /// <inheritdoc/>
    public override bool OwnsMemory => true;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> RdbTypes => [SetRdb.Strings, SetRdb.IntSet, SetRdb.Listpack];

    /// <inheritdoc/>
    public bool IsOrdered => false;

    private SetRdb Rdb => _rdb ??= new SetRdb(new SetStore(this, limits, memory));

    /// <inheritdoc/>
    public override string EncodingOf(Entry value) => (SetEncoding)value.Encoding switch
    {
        SetEncoding.IntSet => "intset",
        SetEncoding.Listpack => "listpack",
        _ => "hashtable",
    };

    /// <inheritdoc/>
    public override void Free(Entry value)
    {
        if (IsTable(value)) value.Structure<PackedTable>().Free(memory);
    }

    /// <inheritdoc/>
    public override long FreeEffort(Entry value) => IsTable(value) ? Math.Max(1, value.Structure<PackedTable>().BlockCount) : 1;

    /// <inheritdoc/>
    public override bool FreeSome(Entry value, int pieces) =>
        !IsTable(value) || value.Structure<PackedTable>().FreeSome(memory, pieces);

    /// <inheritdoc/>
    public override void Duplicate(Entry source, Entry copy)
    {
        if (IsTable(source)) copy.Structure<PackedTable>() = source.Structure<PackedTable>().Clone(memory);
    }

    /// <inheritdoc/>
    public override long MemoryUsage(Entry value, int samples) => IsTable(value) ? value.Structure<PackedTable>().UsedBytes : 0;

    /// <inheritdoc/>
    public override string? TableStatistics(Entry value)
    {
        if (!IsTable(value)) return null;
        ref PackedTable table = ref value.Structure<PackedTable>();
        BucketSizes sizes = default;
        long buckets = 0, used = 0, longest = 0;
        ulong cursor = 0;
        do
        {
            // A step of a scan is a bucket.
            long before = sizes.Items;
            cursor = table.Scan(cursor, ref sizes);
            buckets++;
            if (sizes.Items > before) used++;
            longest = Math.Max(longest, sizes.Items - before);
        }
        while (cursor != 0);

        return $"Hash table 0 stats (main hash table):\n table size: {buckets}\n number of elements: {table.Count}\n"
            + $" different slots: {used}\n max chain length: {longest}\n";
    }

    /// <inheritdoc/>
    public override void Prefetch(Entry value, ulong elementHash)
    {
        if (IsTable(value)) value.Structure<PackedTable>().Prefetch(elementHash);
    }

    /// <inheritdoc/>
    public override void Digest(Entry value, DigestBuilder digest)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetWalk walk = new(SetView.Of(value));
        while (walk.MoveNext(out SetMember member)) digest.Xor(member.Text(digits));
    }

    /// <inheritdoc/>
    public override bool Save(Entry value, ValueWriter writer, ref ulong position) => SetRdb.Save(value, writer, ref position);

    /// <inheritdoc/>
    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key) =>
        Rdb.Load(reader, rdbType, database, key);

    /// <inheritdoc/>
    public override bool Defragment(Entry value, ref ulong position, int pieces) =>
        !IsTable(value) || value.Structure<PackedTable>().Defragment(memory, ref position, pieces);

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
        => SetRewriting.Write(value, commands, ref position);

    /// <inheritdoc/>
    public long Length(Entry value) => SetView.Of(value).Count;

    /// <inheritdoc/>
    public bool Contains(Entry value, ReadOnlySpan<byte> member) => SetView.Of(value).Contains(member);

    /// <inheritdoc/>
    public void ForEach(Entry value, bool reverse, IElementVisitor visitor)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetWalk walk = new(SetView.Of(value));
        while (walk.MoveNext(out SetMember member) && visitor.Visit(member.Text(digits)))
        {
            // The visitor does the work.
        }
    }

    private struct BucketSizes : ITableVisitor
    {
        public long Items;

        public void Visit(TableItem item) => Items++;
    }

    private static bool IsTable(Entry value) => (SetEncoding)value.Encoding == SetEncoding.Table;
}
