using ModularKv.Abstractions.Collections;

namespace ModularKv.Streams.Memory;

/// <summary>The root of a stream, in the key's record. Everything else is in blocks of the module's memory.</summary>
/// <remarks>
/// Nodes are listpacks of Redis's form. The last one, which grows, is not in the tree but here, with room to spare: adding an entry
/// descends nowhere. It goes into the tree, cut to its length, when it is full.
/// </remarks>
internal struct StreamRoot
{
    /// <summary>Bytes of a node's payload in the tree: its address and the length of its block.</summary>
    public const int NodePayloadBytes = 12;

    /// <summary>The nodes but the last, by their first id.</summary>
    public OrderedTree Nodes;

    /// <summary>Address of the last node; 0: the stream has no node, and the tree is empty.</summary>
    public nint Tail;

    /// <summary>Bytes of the last node's block.</summary>
    public int TailCapacity;

    /// <summary>The last node's first id.</summary>
    public StreamId TailId;

    /// <summary>Entries that are not deleted.</summary>
    public long Length;

    /// <summary>Entries ever added.</summary>
    public long EntriesAdded;

    /// <summary>The last id given to an entry, or set.</summary>
    public StreamId LastId;

    /// <summary>The first entry's id; 0-0 when empty.</summary>
    public StreamId FirstId;

    /// <summary>The largest id removed by XDEL.</summary>
    public StreamId MaxDeletedId;

    /// <summary>Bytes of all nodes' blocks.</summary>
    public long NodeBytes;

    /// <summary>The consumer groups, by name.</summary>
    public AddressList Groups;
}
