using System.Buffers.Text;

namespace ModularKv.Abstractions;

/// <summary>
/// Elements that one call of the SCAN family found: they are copied, since both the cursor and their number are replied before them and
/// known only after them. One object serves a command for ever and keeps its buffers.
/// </summary>
public sealed class ScanReply
{
    /// <summary>Buffers beyond this are not kept for the next call; a larger COUNT pays for its own.</summary>
    private const int BytesKeptMax = 1 << 20;

    private byte[] _bytes = new byte[4096];
    private int[] _ends = new int[64];
    private int _used;

    /// <summary>Number of elements; a field with its value counts as two.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets the elements.</summary>
    public void Clear()
    {
        if (_bytes.Length > BytesKeptMax || _ends.Length > BytesKeptMax / sizeof(int))
        {
            _bytes = new byte[4096];
            _ends = new int[64];
        }

        _used = Count = 0;
    }

    /// <summary>Adds an element.</summary>
    /// <param name="element">Copied.</param>
    public void Add(ReadOnlySpan<byte> element)
    {
        if (_bytes.Length - _used < element.Length)
        {
            long wanted = Math.Max(_bytes.Length * 2L, (long)_used + element.Length);
            Invariant.Check(_used + (long)element.Length <= Array.MaxLength, "one call of SCAN found more than 2 GB");
            Array.Resize(ref _bytes, (int)Math.Min(wanted, Array.MaxLength));
        }

        if (Count == _ends.Length) Array.Resize(ref _ends, Count * 2);
        element.CopyTo(_bytes.AsSpan(_used));
        _used += element.Length;
        _ends[Count++] = _used;
    }

    /// <summary>Replies the cursor and the elements, and forgets them.</summary>
    public void Send(ReplyWriter reply, ulong cursor)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(cursor, digits, out int length);
        reply.Array(2);
        reply.Bulk(digits[..length]);
        reply.Array(Count);
        int start = 0;
        for (int i = 0; i < Count; i++)
        {
            reply.Bulk(_bytes.AsSpan(start, _ends[i] - start));
            start = _ends[i];
        }

        Clear();
    }

    /// <summary>Replies that the walk is over and found nothing: for a key that does not exist.</summary>
    public static void SendEmpty(ReplyWriter reply)
    {
        reply.Array(2);
        reply.Bulk("0"u8);
        reply.Array(0);
    }
}
