using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Lists.Memory;

namespace ModularKv.Lists;

/// <summary>
/// The values of list keys: which encoding they have, and what every encoding can do. A small list is one listpack in the record; a large
/// one is a <see cref="QuicklistRoot"/> there, with nodes elsewhere.
/// </summary>
/// <remarks>Methods that take a database may move the record: go on with the entry that they return.</remarks>
internal sealed class ListStore(ListType type, Quicklist list, ListSettings settings)
{
    private readonly QuicklistEdit _edit = new(list);

    /// <summary>The type.</summary>
    public ListType Type => type;

    /// <summary>Number of elements.</summary>
    public static long Length(Entry entry)
        => IsSmall(entry) ? Listpack.Count(entry.Value) : entry.Structure<QuicklistRoot>().Count;

    /// <summary>Whether the value is one listpack.</summary>
    public static bool IsSmall(Entry entry) => entry.Encoding == (int)ListEncoding.Listpack;

    /// <summary>Number of nodes; a small list has one.</summary>
    public static int NodeCount(Entry entry) => IsSmall(entry) ? 1 : entry.Structure<QuicklistRoot>().Length;

    /// <summary>A node for reading.</summary>
    public NodeView Node(Entry entry, int index)
    {
        if (IsSmall(entry)) return new NodeView(entry.Value, Listpack.Count(entry.Value), false);
        ref QuicklistRoot root = ref entry.Structure<QuicklistRoot>();
        ref ListNode node = ref root[index];
        return new NodeView(list.Blocks.Content(root, index), node.Count, node.IsPlain);
    }

    /// <summary>The node of an element, and its index there.</summary>
    /// <param name="entry">The list.</param>
    /// <param name="index">0 to length - 1.</param>
    public static (int Node, int Offset) Locate(Entry entry, long index)
        => IsSmall(entry) ? (0, (int)index) : NodeArray.Locate(entry.Structure<QuicklistRoot>(), index);

    /// <summary>The element of an index from 0 to length - 1.</summary>
    public ListElement ElementAt(Entry entry, long index)
    {
        (int node, int offset) = Locate(entry, index);
        NodeView view = Node(entry, node);
        return view.IsPlain ? new ListElement(view.Bytes) : new ListElement(Listpack.Get(view.Bytes, Listpack.Seek(view.Bytes, offset)));
    }

    /// <summary>The first or the last element; there must be one.</summary>
    public ListElement Peek(Entry entry, bool front)
    {
        if (!IsSmall(entry)) return list.Peek(entry.Structure<QuicklistRoot>(), front);
        ReadOnlySpan<byte> listpack = entry.Value;
        return new ListElement(Listpack.Get(listpack, front ? Listpack.HeaderBytes : Listpack.Last(listpack)));
    }

    /// <summary>Makes sure that there is a list with room for elements: creates it, or turns it into one of nodes.</summary>
    /// <param name="database">Where the key is.</param>
    /// <param name="key">The key.</param>
    /// <param name="entry">What is under it: a list, or nothing.</param>
    /// <param name="need">What is to come.</param>
    /// <returns>The list, in which <see cref="Add"/> can put just these elements.</returns>
    public Entry Reserve(Database database, scoped in KeyRef key, Entry entry, scoped in ElementRoom need)
    {
        bool isNew = entry.IsMissing;
        if (!isNew && !IsSmall(entry)) return entry;
        int bytes = isNew ? Listpack.EmptyBytes : (int)entry.ValueLength;
        long count = isNew ? 0 : Listpack.Count(entry.Value);
        bool small = NodeLimits.AllowSmall(settings.Fill, bytes + need.TextBytes, count + need.Count, bytes + need.PackedBytes);
        if (!small) return isNew ? PutQuicklist(database, key, list.Create()) : ToQuicklist(database, entry);
        if (!isNew) return database.Resize(entry, bytes + need.PackedBytes);
        entry = database.Put(key, type, bytes + need.PackedBytes);
        Listpack.Initialize(entry.WritableValue);
        return entry;
    }

    /// <summary>Puts an element before the first or behind the last, into room that was made by <see cref="Reserve"/>.</summary>
    public void Add(Entry entry, bool front, ReadOnlySpan<byte> element)
    {
        if (!IsSmall(entry))
        {
            list.Push(ref entry.Structure<QuicklistRoot>(), front, element);
            return;
        }

        Span<byte> listpack = entry.WritableValue;
        Listpack.Insert(listpack, front ? Listpack.HeaderBytes : Listpack.EndOf(listpack), element);
    }

    /// <summary>Removes the first or the last element. The list may be empty afterwards.</summary>
    public Entry RemoveEnd(Database database, Entry entry, bool front)
    {
        if (IsSmall(entry)) return RemoveFromSmall(database, entry, front ? 0 : -1, 1);
        list.RemoveEnd(ref entry.Structure<QuicklistRoot>(), front);
        return entry;
    }

    /// <summary>Removes elements that are there. The list may be empty afterwards.</summary>
    public Entry RemoveRange(Database database, Entry entry, long start, long count)
    {
        if (count == 0) return entry;
        if (IsSmall(entry)) return RemoveFromSmall(database, entry, start, (int)count);
        list.RemoveRange(ref entry.Structure<QuicklistRoot>(), start, count);
        return entry;
    }

    /// <summary>Removes elements with a text.</summary>
    /// <param name="database">Where the key is.</param>
    /// <param name="entry">The list; it may be empty afterwards.</param>
    /// <param name="text">The text.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="fromTail">Begin with the last.</param>
    /// <param name="removed">How many they were.</param>
    public Entry RemoveEqual(Database database, Entry entry, ReadOnlySpan<byte> text, long limit, bool fromTail, out long removed)
    {
        var needle = new Needle(text);
        if (!IsSmall(entry))
        {
            removed = QuicklistSweep.Run(list, ref entry.Structure<QuicklistRoot>(), needle, limit, fromTail);
            return entry;
        }

        Span<byte> listpack = entry.WritableValue;
        removed = QuicklistSweep.Run(listpack, needle, limit, fromTail);
        return removed == 0 ? entry : database.Resize(entry, Listpack.Bytes(listpack));
    }

    /// <summary>Inserts an element before that of an index in a node, or behind the node's last.</summary>
    public Entry Insert(Database database, Entry entry, int node, int offset, bool after, ReadOnlySpan<byte> element)
    {
        entry = Reserve(database, default, entry, new ElementRoom(element));
        if (!IsSmall(entry))
        {
            _edit.Insert(ref entry.Structure<QuicklistRoot>(), node, offset, after, element);
            return entry;
        }

        Span<byte> listpack = entry.WritableValue;
        int at = Listpack.Seek(listpack, offset);
        Listpack.Insert(listpack, at < 0 ? Listpack.EndOf(listpack) : at, element);
        return entry;
    }

    /// <summary>Replaces the element of an index from 0 to length - 1.</summary>
    public Entry Replace(Database database, Entry entry, long index, ReadOnlySpan<byte> element)
    {
        var need = new ElementRoom(element);
        bool isSmall = IsSmall(entry);
        if (isSmall && !NodeLimits.AllowSmall(settings.Fill, entry.ValueLength + need.TextBytes, Length(entry) + 1, 0))
        {
            entry = ToQuicklist(database, entry);
            isSmall = false;
        }

        if (!isSmall)
        {
            (int node, int offset) = Locate(entry, index);
            _edit.Replace(ref entry.Structure<QuicklistRoot>(), node, offset, element);
            return entry;
        }

        Span<byte> listpack = entry.WritableValue;
        int at = Listpack.Seek(listpack, index);
        int more = need.PackedBytes - Listpack.LengthAt(listpack, at);
        if (more > 0) entry = database.Resize(entry, entry.ValueLength + more);
        listpack = entry.WritableValue;
        Listpack.Replace(listpack, at, element);
        return more < 0 ? database.Resize(entry, Listpack.Bytes(listpack)) : entry;
    }

    /// <summary>After elements were removed: a list of one node that has become small enough is a small list again.</summary>
    public Entry AfterRemoval(Database database, Entry entry)
    {
        if (IsSmall(entry)) return entry;
        ref QuicklistRoot root = ref entry.Structure<QuicklistRoot>();
        return root.Length == 1 && MayBeSmall(root, shrinking: true) ? ToSmall(database, entry) : entry;
    }

    /// <summary>Puts a list of nodes that was built elsewhere under a key, as a small list if it is one. An old value goes.</summary>
    public Entry Put(Database database, scoped in KeyRef key, scoped in QuicklistRoot root)
    {
        Entry entry = PutQuicklist(database, key, root);
        return root.Length == 1 && MayBeSmall(root, shrinking: false) ? ToSmall(database, entry) : entry;
    }

    private bool MayBeSmall(in QuicklistRoot root, bool shrinking)
        => !root[0].IsPlain && NodeLimits.AllowSmallAgain(settings.Fill, NodeBlocks.ContentBytes(root, 0), root.Count, shrinking);

    private Entry PutQuicklist(Database database, scoped in KeyRef key, scoped in QuicklistRoot root)
    {
        Entry entry = database.Put(key, type, QuicklistRoot.Bytes);
        entry.Structure<QuicklistRoot>() = root;
        entry.SetEncoding((int)ListEncoding.Quicklist);
        return entry;
    }

    private Entry ToQuicklist(Database database, Entry entry)
    {
        QuicklistRoot root = list.Create();
        if (Listpack.Count(entry.Value) > 0) list.Insert(ref root, 0, list.Blocks.MakePacked(entry.Value));
        entry = database.Resize(entry, QuicklistRoot.Bytes);
        entry.Structure<QuicklistRoot>() = root;
        entry.SetEncoding((int)ListEncoding.Quicklist);
        return entry;
    }

    private Entry ToSmall(Database database, Entry entry)
    {
        QuicklistRoot root = entry.Structure<QuicklistRoot>();
        list.Blocks.Decompress(ref root, 0);
        ReadOnlySpan<byte> listpack = list.Blocks.Content(root, 0);
        entry = database.Resize(entry, listpack.Length);
        listpack.CopyTo(entry.WritableValue);
        entry.SetEncoding((int)ListEncoding.Listpack);
        list.Free(ref root, 1);
        return entry;
    }

    private static Entry RemoveFromSmall(Database database, Entry entry, long start, int count)
    {
        Span<byte> listpack = entry.WritableValue;
        Listpack.Remove(listpack, Listpack.Seek(listpack, start), count);
        return database.Resize(entry, Listpack.Bytes(listpack));
    }
}

/// <summary>The four encoding bits of a list.</summary>
internal enum ListEncoding
{
    /// <summary>A small list: the value is a listpack.</summary>
    Listpack = 0,

    /// <summary>A list of nodes: the value is a <see cref="QuicklistRoot"/>.</summary>
    Quicklist = 1,
}

/// <summary>What elements to come will take.</summary>
internal readonly struct ElementRoom(long textBytes, int packedBytes, int count)
{
    /// <summary>One element.</summary>
    public ElementRoom(ReadOnlySpan<byte> element) : this(element.Length, Listpack.SizeOf(element), 1)
    {
    }

    /// <summary>Bytes of their texts: what Redis measures a limit with.</summary>
    public long TextBytes { get; } = textBytes;

    /// <summary>Bytes that they will take in a listpack.</summary>
    public int PackedBytes { get; } = packedBytes;

    /// <summary>How many they are.</summary>
    public int Count { get; } = count;
}
