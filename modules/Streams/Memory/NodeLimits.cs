namespace ModularKv.Streams.Memory;

/// <summary>When a node is full: stream-node-max-bytes and stream-node-max-entries; 0: no limit.</summary>
internal readonly record struct NodeLimits(long BytesMax, long EntriesMax)
{
    /// <summary>Whether an entry of so many bytes needs a new node. Deleted entries count. Source: streamAppendItem.</summary>
    /// <param name="bytes">Bytes of the node.</param>
    /// <param name="contentBytes">Bytes of the fields and values to be added.</param>
    /// <param name="head">The node's head.</param>
    public bool IsFull(int bytes, long contentBytes, NodeHead head)
    {
        long bytesMax = BytesMax is 0 or > StreamNode.BytesMax ? StreamNode.BytesMax : BytesMax;
        return bytes + contentBytes >= bytesMax || (EntriesMax != 0 && head.Count + head.DeletedCount >= EntriesMax);
    }
}

/// <summary>What to remove from the beginning of a stream.</summary>
/// <param name="ByLength">MAXLEN; else MINID.</param>
/// <param name="LengthMax">Entries that stay.</param>
/// <param name="MinId">The smallest id that stays.</param>
/// <param name="IsApproximate">Only whole nodes.</param>
/// <param name="Limit">Entries to remove at most, 0: no limit.</param>
internal readonly record struct TrimRule(bool ByLength, long LengthMax, StreamId MinId, bool IsApproximate, long Limit);
