using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Probe;

/// <summary>A set of byte strings in a table off-heap: what is looked up inside a large value is fetched ahead.</summary>
internal sealed class ProbeTable(MemoryOwner memory) : DataType
{
    /// <inheritdoc/>
    public override string Name => "probetabl";

    /// <inheritdoc/>
    public override bool OwnsMemory => true;

    /// <inheritdoc/>
    public override string EncodingOf(Entry value) => "table";

    /// <summary>PROBE.ADD key member: 1, or 0 when it was there.</summary>
    public void Add(ref CommandContext call)
    {
        Entry entry = call.Keys.FindForWrite(call.Key(1));
        if (entry.IsMissing)
        {
            entry = Create(call.Keys, call.Key(1), PackedTable.Create());
        }
        else if (!entry.Is(this))
        {
            call.Reply.WrongType();
            return;
        }

        bool added = entry.Structure<PackedTable>().Add(memory, call.Argument(2));
        if (added) call.Changed(call.Key(1), KeyEventClass.Module, "probe.add"u8);
        call.Reply.Integer(added ? 1 : 0);
    }

    /// <summary>PROBE.HAS key member: 1 or 0.</summary>
    public void Has(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing) call.Reply.Integer(0);
        else if (!entry.Is(this)) call.Reply.WrongType();
        else call.Reply.Integer(entry.Structure<PackedTable>().Find(call.Argument(2), call.Key(2).Hash).IsMissing ? 0 : 1);
    }

    /// <inheritdoc/>
    public override void Prefetch(Entry value, ulong elementHash) => value.Structure<PackedTable>().Prefetch(elementHash);

    /// <inheritdoc/>
    public override long FreeEffort(Entry value) => value.Structure<PackedTable>().BlockCount;

    /// <inheritdoc/>
    public override void Free(Entry value) => value.Structure<PackedTable>().Free(memory);

    /// <inheritdoc/>
    public override bool FreeSome(Entry value, int pieces) => value.Structure<PackedTable>().FreeSome(memory, pieces);

    /// <inheritdoc/>
    public override void Duplicate(Entry source, Entry copy)
        => copy.Structure<PackedTable>() = source.Structure<PackedTable>().Clone(memory);

    /// <inheritdoc/>
    public override long MemoryUsage(Entry value, int samples) => value.Structure<PackedTable>().UsedBytes;

    /// <inheritdoc/>
    public override bool Defragment(Entry value, ref ulong position, int pieces)
        => value.Structure<PackedTable>().Defragment(memory, ref position, pieces);

    /// <inheritdoc/>
    public override void Digest(Entry value, DigestBuilder digest)
    {
        var one = new DigestBuilder();
        TableWalk walk = default;
        while (value.Structure<PackedTable>().Next(ref walk, out TableItem item))
        {
            one.Clear();
            one.Mix(item.Key);
            digest.Xor(one.State);
        }
    }

    /// <inheritdoc/>
    public override bool Save(Entry value, ValueWriter writer, ref ulong position)
    {
        writer.Length((ulong)value.Structure<PackedTable>().Count);
        TableWalk walk = default;
        while (value.Structure<PackedTable>().Next(ref walk, out TableItem item)) writer.String(item.Key);
        return true;
    }

    /// <inheritdoc/>
    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key)
    {
        PackedTable table = PackedTable.Create();
        for (ulong left = reader.Length(); left > 0; left--) table.Add(memory, reader.String());
        return Create(database, key, table);
    }

    /// <inheritdoc/>
    public override void Rewrite(Entry value, ICommandSink commands)
    {
        TableWalk walk = default;
        while (value.Structure<PackedTable>().Next(ref walk, out TableItem item))
        {
            commands.Begin(3);
            commands.Argument("probe.add"u8);
            commands.Argument(value.Key);
            commands.Argument(item.Key);
        }
    }

    private unsafe Entry Create(Database database, scoped in KeyRef key, PackedTable table)
    {
        Entry entry = database.Put(key, this, sizeof(PackedTable));
        entry.Structure<PackedTable>() = table;
        return entry;
    }
}
