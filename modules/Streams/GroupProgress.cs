using ModularKv.Streams.Memory;

namespace ModularKv.Streams;

/// <summary>How far a group has read, as far as that can be told. Source: t_stream.c of Redis 7.0.</summary>
internal static class GroupProgress
{
    /// <summary>
    /// How many entries were ever added up to and including an id. Known for the last id, the first entry, ids before it, and only where
    /// nothing was deleted ahead; else <see cref="StreamGroup.UnknownRead"/>. Source: streamEstimateDistanceFromFirstEverEntry.
    /// </summary>
    public static long Estimate(StreamValue stream, StreamId id)
    {
        if (stream.EntriesAdded == 0) return 0;
        if (stream.Length == 0 && id <= stream.LastId) return stream.EntriesAdded;
        if (id == stream.LastId) return stream.EntriesAdded;
        if (id > stream.LastId) return StreamGroup.UnknownRead;
        if (!stream.MaxDeletedId.IsZero && stream.MaxDeletedId >= stream.FirstId) return StreamGroup.UnknownRead;
        if (id < stream.FirstId) return stream.EntriesAdded - stream.Length;
        return id == stream.FirstId ? stream.EntriesAdded - stream.Length + 1 : StreamGroup.UnknownRead;
    }

    /// <summary>How many entries the group has still to read. False: that cannot be told. Source: streamReplyWithCGLag.</summary>
    public static bool TryLag(StreamValue stream, StreamGroup group, out long lag)
    {
        lag = 0;
        if (stream.EntriesAdded == 0) return true;
        long read = group.EntriesRead != StreamGroup.UnknownRead && !HasDeletedFrom(stream, group.LastId)
            ? group.EntriesRead : Estimate(stream, group.LastId);
        lag = stream.EntriesAdded - read;
        return read != StreamGroup.UnknownRead;
    }

    /// <summary>Takes note of an entry that the group reads.</summary>
    public static void Advance(StreamValue stream, StreamGroup group, StreamId id)
    {
        if (group.EntriesRead != StreamGroup.UnknownRead && !HasDeletedFrom(stream, id)) group.EntriesRead++;
        else if (stream.EntriesAdded > 0) group.EntriesRead = Estimate(stream, id);
        group.LastId = id;
    }

    // Whether an entry from that id on was deleted, as far as the largest deleted id says. Source: streamRangeHasTombstones.
    private static bool HasDeletedFrom(StreamValue stream, StreamId from)
        => stream.Length > 0 && !stream.MaxDeletedId.IsZero && stream.FirstId <= stream.MaxDeletedId && from <= stream.MaxDeletedId;
}
