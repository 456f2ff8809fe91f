using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Commands;

/// <summary>Replies with ids and entries. Keeps the text of the last id: its milliseconds are often those of the next one.</summary>
internal sealed class EntryReply
{
    private readonly byte[] _text = new byte[StreamId.TextBytesMax + NumberText.IntegerBytesMax];
    private ulong _ms;
    private int _msLength;

    /// <summary>The text of an id; valid until the next call.</summary>
    public ReadOnlySpan<byte> Text(StreamId id)
    {
        if (_msLength == 0 || id.Ms != _ms)
        {
            _ms = id.Ms;
            _msLength = Number(_text, id.Ms);
            _text[_msLength++] = (byte)'-';
        }

        return _text.AsSpan(0, _msLength + Number(_text.AsSpan(_msLength), id.Seq));
    }

    /// <summary>Replies with an id.</summary>
    public void Id(ReplyWriter reply, StreamId id) => reply.Bulk(Text(id));

    /// <summary>Replies with the entry on which a walk stands: its id, and its fields and values.</summary>
    public void Entry(ReplyWriter reply, ref EntryWalk walk)
    {
        reply.Array(2);
        Id(reply, walk.Id);
        reply.Array(walk.Pairs * 2L);
        for (int i = walk.Pairs; i > 0; i--)
        {
            walk.Read(out ListpackElement field, out ListpackElement value);
            field.Reply(reply);
            value.Reply(reply);
        }
    }

    /// <summary>Replies with the entry of that id. False: there is none, nothing was replied.</summary>
    public bool TryEntry(ReplyWriter reply, StreamValue stream, StreamId id)
    {
        EntryWalk walk = stream.Walk(id, id);
        if (!walk.MoveNext()) return false;
        Entry(reply, ref walk);
        return true;
    }

    /// <summary>Replies with an array of the entries of a walk.</summary>
    /// <param name="reply">Where to.</param>
    /// <param name="walk">Before its first entry.</param>
    /// <param name="count">How many at most; 0: all.</param>
    public void Entries(ReplyWriter reply, EntryWalk walk, long count)
    {
        DeferredLength length = reply.Defer();
        long written = 0;
        while (walk.MoveNext())
        {
            Entry(reply, ref walk);
            if (++written == count) break;
        }

        reply.Finish(length, Aggregate.Array, written);
    }

    private static int Number(Span<byte> to, ulong value)
    {
        if (value <= long.MaxValue) return NumberText.Write(to, (long)value);
        System.Buffers.Text.Utf8Formatter.TryFormat(value, to, out int length);
        return length;
    }
}
