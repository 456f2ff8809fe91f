using ModularKv.Abstractions;

namespace ModularKv.Tracking.Broadcasting;

/// <summary>A reusable list of keys in the order of their bytes, and the RESP array of them.</summary>
internal sealed class ChangedKeys : IComparer<ChangedKeys.Entry>
{
    /// <summary>Bytes of the keys in one message; with more, "everything" is shorter.</summary>
    public const int BytesMax = 256 * 1024 * 1024;

    /// <summary>Buffers that grew beyond this are given back, bytes.</summary>
    private const int KeptBytesMax = 1024 * 1024;

    /// <summary>Room for a header and line ends.</summary>
    private const int HeaderBytes = 32;

    private Entry[] _entries = new Entry[64];
    private byte[] _bytes = new byte[1024];
    private byte[] _message = new byte[1024];
    private int _count;
    private int _length;

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        _count = _length = 0;
        if (_bytes.Length > KeptBytesMax) _bytes = new byte[1024];
        if (_message.Length > KeptBytesMax) _message = new byte[1024];
        if (_entries.Length > KeptBytesMax / 16) _entries = new Entry[64];
    }

    /// <summary>Adds a key. False: no room.</summary>
    public bool TryAdd(ReadOnlySpan<byte> key, long writer)
    {
        long needed = (long)_length + key.Length;
        if (needed > BytesMax) return false;
        if (needed > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Max(needed, _bytes.Length * 2L));
        if (_count == _entries.Length) Array.Resize(ref _entries, _count * 2);
        key.CopyTo(_bytes.AsSpan(_length));
        _entries[_count++] = new Entry(_length, key.Length, writer);
        _length = (int)needed;
        return true;
    }

    /// <summary>Puts the keys in order.</summary>
    public void Sort() => Array.Sort(_entries, 0, _count, this);

    /// <summary>The keys as a RESP array, valid until the next call; empty: there are none.</summary>
    /// <param name="except">Id of a client whose own changes are left out; 0: none.</param>
    public ReadOnlySpan<byte> Message(long except)
    {
        int count = _count;
        if (except != 0) count = CountWithout(except);
        if (count == 0) return default;
        int needed = checked(_length + ((count + 1) * HeaderBytes));
        if (needed > _message.Length) _message = new byte[needed];
        int at = Header((byte)'*', count, 0);
        foreach (ref readonly Entry entry in _entries.AsSpan(0, _count))
        {
            if (except != 0 && entry.Writer == except) continue;
            at = Header((byte)'$', entry.Length, at);
            _bytes.AsSpan(entry.Start, entry.Length).CopyTo(_message.AsSpan(at));
            at = LineEnd(at + entry.Length);
        }

        return _message.AsSpan(0, at);
    }

    /// <inheritdoc/>
    public int Compare(Entry x, Entry y)
        => _bytes.AsSpan(x.Start, x.Length).SequenceCompareTo(_bytes.AsSpan(y.Start, y.Length));

    private int CountWithout(long writer)
    {
        int count = 0;
        foreach (ref readonly Entry entry in _entries.AsSpan(0, _count))
        {
            if (entry.Writer != writer) count++;
        }

        return count;
    }

    private int Header(byte kind, int number, int at)
    {
        _message[at++] = kind;
        return LineEnd(at + NumberText.Write(_message.AsSpan(at), number));
    }

    private int LineEnd(int at)
    {
        _message[at] = (byte)'\r';
        _message[at + 1] = (byte)'\n';
        return at + 2;
    }

    /// <summary>A key among the bytes, and who changed it last.</summary>
    internal readonly record struct Entry(int Start, int Length, long Writer);
}
