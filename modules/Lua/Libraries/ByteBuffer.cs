namespace ModularKv.Lua.Libraries;

/// <summary>A buffer that grows and is used again. One per state: no function of a library runs inside another.</summary>
internal sealed class ByteBuffer
{
    /// <summary>A larger array is let go after use.</summary>
    private const int KeptBytesMax = 1 << 20;

    /// <summary>Largest text that a library makes: what a value may be at most, bytes. Beyond it is "not enough memory".</summary>
    private const int BytesMax = 512 << 20;

    private byte[] _bytes = new byte[1024];
    private int _count;

    /// <summary>Number of bytes written.</summary>
    public int Count
    {
        get => _count;
        set => _count = value;
    }

    /// <summary>What was written.</summary>
    public Span<byte> Written => _bytes.AsSpan(0, _count);

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        if (_bytes.Length > KeptBytesMax) _bytes = new byte[1024];
        _count = 0;
    }

    /// <summary>Room for at least so many bytes behind what was written; <see cref="Advance"/> takes it.</summary>
    public Span<byte> Room(int bytes)
    {
        if (_bytes.Length - _count < bytes) Grow(bytes);
        return _bytes.AsSpan(_count);
    }

    /// <summary>Takes bytes of <see cref="Room"/>.</summary>
    public void Advance(int bytes) => _count += bytes;

    public void Add(byte value)
    {
        if (_count == _bytes.Length) Grow(1);
        _bytes[_count++] = value;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _count < bytes.Length) Grow(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_count));
        _count += bytes.Length;
    }

    /// <summary>Adds one byte several times.</summary>
    public void Add(byte value, int times)
    {
        if (times <= 0) return;
        Room(times)[..times].Fill(value);
        _count += times;
    }

    private void Grow(int bytes)
    {
        long needed = (long)_count + bytes;
        if (needed > BytesMax) throw new OutOfMemoryException();
        Array.Resize(ref _bytes, (int)Math.Min(BytesMax, Math.Max((long)_bytes.Length * 2, needed)));
    }
}
