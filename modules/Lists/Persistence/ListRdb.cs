using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Lists.Memory;

namespace ModularKv.Lists.Persistence;

/// <summary>Lists in RDB files: written as nodes, read in every form that Redis has had.</summary>
internal sealed class ListRdb(Quicklist list)
{
    /// <summary>A number, and so many elements.</summary>
    public const byte Elements = 1;

    /// <summary>One ziplist.</summary>
    public const byte Ziplist = 10;

    /// <summary>A number, and so many ziplists.</summary>
    public const byte Ziplists = 14;

    /// <summary>A number, and so many times a container and its bytes: what is written.</summary>
    public const byte Nodes = 18;

    private const ulong PlainContainer = 1, PackedContainer = 2;

    // Larger listpacks are taken apart: nodes of ours are at most half of that.
    private const int TakenWholeBytesMax = 128 * 1024;

    /// <summary>Writes a list by pieces; the position is the node to go on with, plus one.</summary>
    public bool Save(ListStore store, Entry value, ValueWriter writer, ref ulong position)
    {
        int count = ListStore.NodeCount(value);
        if (position == 0)
        {
            writer.RdbType(Nodes);
            writer.Length((ulong)count);
            position = 1;
        }

        int next = (int)(position - 1);
        for (; next < count && writer.Written < ValuePiece.Bytes; next++)
        {
            NodeView node = store.Node(value, next);
            writer.Length(node.IsPlain ? PlainContainer : PackedContainer);
            writer.String(node.Bytes);
        }

        position = (ulong)next + 1;
        return next == count;
    }

    /// <summary>Reads a list, never trusting the bytes.</summary>
    /// <returns>A list of nodes, which is the caller's.</returns>
    /// <exception cref="ValueFormatException">The bytes make no list, or one without elements.</exception>
    public QuicklistRoot Load(ValueReader reader, int rdbType)
    {
        QuicklistRoot root = list.Create();
        try
        {
            ulong count = rdbType == Ziplist ? 1 : reader.Length();
            for (ulong i = 0; i < count; i++) LoadPart(reader, rdbType, ref root);
            if (root.Count == 0) throw new ValueFormatException("a list without elements") { IsEmpty = true };
            for (int i = 0; i < root.Length; i++) list.Settle(ref root, i);
            return root;
        }
        catch
        {
            list.Free(ref root, int.MaxValue);
            throw;
        }
    }

    private void LoadPart(ValueReader reader, int rdbType, ref QuicklistRoot root)
    {
        switch (rdbType)
        {
            case Elements:
                list.Push(ref root, front: false, reader.String());
                break;
            case Ziplist or Ziplists:
                AddZiplist(ref root, reader.String());
                break;
            default:
                ulong container = reader.Length();
                if (container == PackedContainer) AddListpack(ref root, reader.String());
                else if (container == PlainContainer) AddPlain(ref root, reader.String());
                else throw new ValueFormatException($"a list node of container {container}");
                break;
        }
    }

    private void AddZiplist(ref QuicklistRoot root, ReadOnlySpan<byte> bytes)
    {
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        var ziplist = new ZiplistReader(bytes);
        while (ziplist.TryNext(out ListpackElement element)) list.Push(ref root, front: false, element.Text(scratch));
    }

    private void AddListpack(ref QuicklistRoot root, ReadOnlySpan<byte> bytes)
    {
        if (!Listpack.IsWellFormed(bytes)) throw new ValueFormatException("a list node that is no listpack");
        int count = Listpack.Count(bytes);
        if (count == 0) return;
        if (bytes.Length <= TakenWholeBytesMax && count <= NodeLimits.CountMax)
        {
            list.Insert(ref root, root.Length, list.Blocks.MakePacked(bytes));
            return;
        }

        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        for (int at = Listpack.First(bytes); at >= 0;) list.Push(ref root, front: false, Listpack.Take(bytes, ref at).Text(scratch));
    }

    private void AddPlain(ref QuicklistRoot root, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) throw new ValueFormatException("a list node without bytes");
        list.Insert(ref root, root.Length, list.Blocks.MakePlain(bytes));
    }
}
