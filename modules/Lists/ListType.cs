using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Lists.Memory;
using ModularKv.Lists.Persistence;

namespace ModularKv.Lists;

/// <summary>The type "list".</summary>
internal sealed class ListType : DataType, ISortableType, IListBuilder
{
    private readonly Quicklist _list;
    private readonly ListSettings _settings;
    private readonly ListRdb _rdb;

    /// <summary>The type.</summary>
    /// <param name="memory">Pays for the nodes.</param>
    /// <param name="settings">The limits.</param>
    public ListType(MemoryOwner memory, ListSettings settings)
    {
        _settings = settings;
        _list = new Quicklist(new NodeBlocks(memory), settings);
        _rdb = new ListRdb(_list);
        Store = new ListStore(this, _list, settings);
    }

    /// <summary>What commands work with.</summary>
    public ListStore Store { get; }

    /// <inheritdoc/>
    public override string Name => "list";

    /// <inheritdoc/>
    public bool IsOrdered => true;

    /// <inheritdoc/>
    public override bool OwnsMemory => true;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> RdbTypes => [ListRdb.Elements, ListRdb.Ziplist, ListRdb.Ziplists, ListRdb.Nodes];

    /// <inheritdoc/>
    public override string EncodingOf(Entry value) => ListStore.IsSmall(value) && _settings.NamesSmallLists ? "listpack" : "quicklist";

    /// <inheritdoc/>
    public override void Free(Entry value)
    {
        if (!ListStore.IsSmall(value)) _list.Free(ref value.Structure<QuicklistRoot>(), int.MaxValue);
    }

    /// <inheritdoc/>
    public override long FreeEffort(Entry value) => ListStore.NodeCount(value);

    /// <inheritdoc/>
    public override bool FreeSome(Entry value, int pieces)
        => ListStore.IsSmall(value) || _list.Free(ref value.Structure<QuicklistRoot>(), pieces);

    /// <inheritdoc/>
    public override void Duplicate(Entry source, Entry copy)
    {
        if (!ListStore.IsSmall(source)) copy.Structure<QuicklistRoot>() = _list.Copy(source.Structure<QuicklistRoot>());
    }

    /// <inheritdoc/>
    public override long MemoryUsage(Entry value, int samples)
    {
        if (ListStore.IsSmall(value)) return 0;
        ref QuicklistRoot root = ref value.Structure<QuicklistRoot>();
        int looked = samples == 0 ? root.Length : Math.Min(samples, root.Length);
        long bytes = 0;
        for (int i = 0; i < looked; i++) bytes += MemoryHeap.UsableSizeOf(root[i].Size);
        if (looked > 0) bytes = (long)(bytes / (double)looked * root.Length);
        return bytes + NodeArray.BytesOf(root);
    }

    /// <inheritdoc/>
    public override string DebugDetails(Entry value)
    {
        if (EncodingOf(value) == "listpack") return "";
        int nodes = ListStore.NodeCount(value), fill = _settings.Fill, depth = _settings.CompressDepth;
        long bytes = value.ValueLength;
        if (!ListStore.IsSmall(value))
        {
            ref QuicklistRoot root = ref value.Structure<QuicklistRoot>();
            (fill, depth, bytes) = (root.Fill, root.Depth, 0);
            for (int i = 0; i < root.Length; i++) bytes += NodeBlocks.ContentBytes(root, i);
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"ql_nodes:{nodes} ql_avg_node:{Length(value) / (double)nodes:F2} ql_listpack_max:{fill} ")
            + string.Create(CultureInfo.InvariantCulture, $"ql_compressed:{(depth == 0 ? 0 : 1)} ql_uncompressed_size:{bytes}");
    }

    /// <inheritdoc/>
    public override void Digest(Entry value, DigestBuilder digest)
    {
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        ElementWalk walk = new(Store, value);
        while (walk.Next()) digest.Mix(walk.Current.Text(scratch));
    }

    /// <inheritdoc/>
    public override bool Save(Entry value, ValueWriter writer, ref ulong position) => _rdb.Save(Store, value, writer, ref position);

    /// <inheritdoc/>
    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key)
        => Store.Put(database, key, _rdb.Load(reader, rdbType));

    /// <inheritdoc/>
    public override bool Defragment(Entry value, ref ulong position, int pieces)
        => ListStore.IsSmall(value) || _list.Defragment(ref value.Structure<QuicklistRoot>(), ref position, pieces);

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
        => ListRewriting.Write(Store, value, commands, ref position);

    /// <inheritdoc/>
    public long Length(Entry value) => ListStore.Length(value);

    /// <inheritdoc/>
    public void ForEach(Entry value, bool reverse, IElementVisitor visitor)
    {
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        ElementWalk walk = new(Store, value, reverse);
        while (walk.Next() && visitor.Visit(walk.Current.Text(scratch)))
        {
        }
    }

    void IListBuilder.Store(Database database, scoped in KeyRef key, IReadOnlyList<byte[]> elements)
    {
        if (elements.Count == 0)
        {
            database.Delete(key);
            return;
        }

        QuicklistRoot root = _list.Create();
        for (int i = 0; i < elements.Count; i++) _list.Push(ref root, front: false, elements[i]);
        Store.Put(database, key, root);
    }
}
