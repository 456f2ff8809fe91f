namespace ModularKv.Aof.Writing;

/// <summary>
/// What is to be written, in pieces of one size that go round: appending copies, and neither a large backlog nor its end costs more than
/// that. Loop thread only.
/// </summary>
internal sealed class SegmentBuffer
{
    /// <summary>Size of a piece, bytes.</summary>
    public const int SegmentBytes = 256 * 1024;

    /// <summary>Free pieces kept.</summary>
    private const int FreeMax = 8;

    private readonly List<byte[]> _segments = [];
    private readonly Stack<byte[]> _free = new();
    private byte[] _last = [];
    private int _lastUsed;

    // Bytes of the first piece that are written already.
    private int _firstDone;

    /// <summary>Bytes in it.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes of memory that it takes.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (true)
        {
            int room = _last.Length - _lastUsed;
            if (bytes.Length <= room)
            {
                bytes.CopyTo(_last.AsSpan(_lastUsed));
                _lastUsed += bytes.Length;
                return;
            }

            bytes[..room].CopyTo(_last.AsSpan(_lastUsed));
            bytes = bytes[room..];
            AddSegment();
        }
    }

    private void AddSegment()
    {
        if (_free.TryPop(out byte[]? segment))
        {
            _last = segment;
        }
        else
        {
            _last = GC.AllocateUninitializedArray<byte>(SegmentBytes);
            MemoryBytes += SegmentBytes;
        }

        _lastUsed = 0;
        _segments.Add(_last);
    }

    /// <summary>The first bytes in it, as many as stand together; empty: there are none.</summary>
    public ReadOnlySpan<byte> First
    {
        get
        {
            if (Length == 0) return default;
            byte[] first = _segments[0];
            int end = _segments.Count == 1 ? _lastUsed : first.Length;
            return first.AsSpan(_firstDone, end - _firstDone);
        }
    }

    /// <summary>Drops bytes at the front, at most those of <see cref="First"/>.</summary>
    public void Consume(int count)
    {
        _firstDone += count;
        Length -= count;
        if (Length == 0)
        {
            Clear();
            return;
        }

        if (_firstDone < _segments[0].Length) return;
        GiveBack(_segments[0]);
        _segments.RemoveAt(0);
        _firstDone = 0;
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        // The last piece stays in use: the usual case is that it is the only one.
        for (int i = 0; i < _segments.Count - 1; i++) GiveBack(_segments[i]);
        if (_segments.Count > 1) _segments.RemoveRange(0, _segments.Count - 1);
        _lastUsed = _firstDone = 0;
        Length = 0;
    }

    private void GiveBack(byte[] segment)
    {
        if (_free.Count < FreeMax) _free.Push(segment); else MemoryBytes -= SegmentBytes;
    }
}
