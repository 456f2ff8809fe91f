using System.Buffers.Binary;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Streams.Memory;

/// <summary>
/// A node's listpack, byte for byte Redis's: <c>count | deleted | fields | field … | 0</c>, then entries:
/// <c>flags | ms | seq | value … | elements</c> where the fields are the master's, else
/// <c>flags | ms | seq | fields | field | value … | elements</c>. Times and sequences count from the node's first id.
/// Source: t_stream.c, streamAppendItem.
/// </summary>
internal static class StreamNode
{
    /// <summary>Flag of a deleted entry.</summary>
    public const int Deleted = 1;

    /// <summary>Flag of an entry whose fields are the master entry's.</summary>
    public const int SameFields = 2;

    /// <summary>A node is never longer. Source: STREAM_LISTPACK_MAX_SIZE.</summary>
    public const int BytesMax = 1 << 30;

    /// <summary>Most bytes that an element takes beyond its content: five of encoding, five of length backwards.</summary>
    public const int ElementOverheadMax = 10;

    /// <summary>Elements of an entry beyond fields and values: flags, ms, seq, number of fields, number of elements.</summary>
    public const int EntryElementsMax = 5;

    /// <summary>Elements before the master fields, plus the mark behind them.</summary>
    public const int MasterElements = 4;

    /// <summary>Reads the head: entries that live, entries deleted, and the number of master fields.</summary>
    /// <param name="node">The listpack.</param>
    /// <param name="head">What it says.</param>
    /// <returns>Where the master fields begin.</returns>
    public static int ReadHead(ReadOnlySpan<byte> node, out NodeHead head)
    {
        int at = Listpack.HeaderBytes;
        long count = Listpack.Take(node, ref at).Integer;
        long deleted = Listpack.Take(node, ref at).Integer;
        long fields = Listpack.Take(node, ref at).Integer;
        head = new NodeHead(count, deleted, (int)fields);
        return at;
    }

    /// <summary>Where the first entry stands; -1: there is none.</summary>
    public static int FirstEntry(ReadOnlySpan<byte> node, int fieldsStart, int fields)
    {
        int at = fieldsStart;
        for (int i = 0; i <= fields && at >= 0; i++) at = Listpack.Next(node, at);
        return at;
    }

    /// <summary>Starts a node with its master entry; counts one entry, which the caller appends.</summary>
    /// <param name="node">With room for all of it.</param>
    /// <param name="fields">Fields and values; only the fields are taken.</param>
    public static void Start(Span<byte> node, ArgumentList fields)
    {
        Listpack.Initialize(node);
        int pairs = fields.Count / 2;
        int at = Listpack.HeaderBytes;
        at += Listpack.Encode(node[at..], 1);
        at += Listpack.Encode(node[at..], 0);
        at += Listpack.Encode(node[at..], pairs);
        for (int i = 0; i < pairs; i++) at += Listpack.Encode(node[at..], fields[i * 2]);
        at += Listpack.Encode(node[at..], 0);
        Listpack.Extend(node, at - Listpack.HeaderBytes, pairs + MasterElements);
    }

    /// <summary>Whether these fields are the master entry's, in the same order.</summary>
    public static bool HasSameFields(ReadOnlySpan<byte> node, int fieldsStart, int masterFields, ArgumentList fields)
    {
        if (masterFields != fields.Count / 2) return false;
        int at = fieldsStart;
        for (int i = 0; i < masterFields; i++)
        {
            if (!Listpack.Take(node, ref at).TextEquals(fields[i * 2])) return false;
        }

        return true;
    }

    /// <summary>Appends an entry; the head's count is the caller's.</summary>
    /// <param name="node">With room for all of it.</param>
    /// <param name="difference">Its id minus the node's first, each part for itself.</param>
    /// <param name="fields">Fields and values.</param>
    /// <param name="isSame">Whether the fields are the master's.</param>
    public static void Append(Span<byte> node, StreamId difference, ArgumentList fields, bool isSame)
    {
        int pairs = fields.Count / 2;
        int start = Listpack.EndOf(node);
        int at = start;
        at += Listpack.Encode(node[at..], isSame ? SameFields : 0);
        at += Listpack.Encode(node[at..], (long)difference.Ms);
        at += Listpack.Encode(node[at..], (long)difference.Seq);
        if (!isSame) at += Listpack.Encode(node[at..], pairs);
        for (int i = 0; i < pairs; i++)
        {
            if (!isSame) at += Listpack.Encode(node[at..], fields[i * 2]);
            at += Listpack.Encode(node[at..], fields[(i * 2) + 1]);
        }

        int elements = isSame ? pairs + 3 : (pairs * 2) + 4;
        at += Listpack.Encode(node[at..], elements);
        Listpack.Extend(node, at - start, elements + 1);
    }

    /// <summary>Sets the numbers of living and deleted entries.</summary>
    /// <param name="node">With room for <see cref="ElementOverheadMax"/> more bytes twice.</param>
    /// <param name="count">Entries that live.</param>
    /// <param name="deleted">Entries deleted.</param>
    public static void SetCounts(Span<byte> node, long count, long deleted)
    {
        // Both stay one byte with one of length in nodes of the usual size.
        if ((ulong)count < 0x80 && (ulong)deleted < 0x80 && node[Listpack.HeaderBytes] < 0x80 && node[Listpack.HeaderBytes + 2] < 0x80)
        {
            node[Listpack.HeaderBytes] = (byte)count;
            node[Listpack.HeaderBytes + 2] = (byte)deleted;
            return;
        }

        Listpack.Replace(node, Listpack.HeaderBytes, count);
        Listpack.Replace(node, Listpack.Next(node, Listpack.HeaderBytes), deleted);
    }

    /// <summary>The id of the last entry, deleted or not. The node has one.</summary>
    public static StreamId LastId(ReadOnlySpan<byte> node, StreamId first)
    {
        int at = Listpack.Last(node);
        for (long elements = Listpack.Get(node, at).Integer; elements > 0; elements--) at = Listpack.Previous(node, at);
        at = Listpack.Next(node, at);
        return Add(first, Listpack.Take(node, ref at).Integer, Listpack.Take(node, ref at).Integer);
    }

    /// <summary>An id from the node's first and what an entry says.</summary>
    public static StreamId Add(StreamId first, long ms, long seq) => new(first.Ms + (ulong)ms, first.Seq + (ulong)seq);
}

/// <summary>What a node's master entry says.</summary>
/// <param name="Count">Entries that live.</param>
/// <param name="DeletedCount">Entries that are marked deleted.</param>
/// <param name="Fields">Number of master fields.</param>
internal readonly record struct NodeHead(long Count, long DeletedCount, int Fields);

/// <summary>A node's block.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Capacity">Its bytes; the listpack in it says how many are used.</param>
internal readonly record struct NodeBlock(nint Address, int Capacity)
{
    /// <summary>All its bytes.</summary>
    public Span<byte> Span => MemoryBlock.FromAddress(Address, Capacity).Span;

    /// <summary>Reads a tree's payload.</summary>
    public static NodeBlock Read(ReadOnlySpan<byte> payload)
        => new((nint)BinaryPrimitives.ReadInt64LittleEndian(payload), BinaryPrimitives.ReadInt32LittleEndian(payload[8..]));

    /// <summary>Writes a tree's payload.</summary>
    public void Write(Span<byte> payload)
    {
        BinaryPrimitives.WriteInt64LittleEndian(payload, Address);
        BinaryPrimitives.WriteInt32LittleEndian(payload[8..], Capacity);
    }
}
