using System.Buffers;
using System.Buffers.Binary;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb.Reading;

/// <summary>
/// The bytes of an image or payload, buffered: numbers, strings and raw bytes of the format, with a running checksum. What is given out is
/// borrowed until the next read. Memory grows with bytes that have come, never with a length that was merely stated.
/// </summary>
/// <param name="bufferBytes">Bytes that are read at a time.</param>
internal sealed class RdbStream(int bufferBytes = RdbStream.ImageBufferBytes)
{
    /// <summary>Buffer for an image.</summary>
    public const int ImageBufferBytes = 256 * 1024;

    /// <summary>Buffer for a payload of RESTORE.</summary>
    public const int PayloadBufferBytes = 32 * 1024;

    // One compressed reference of three bytes makes up to 264 bytes. Source: lzf_c.c, MAX_REF.
    private const int ExpansionMax = 264;

    // From this size on buffers for single strings are given up after the value.
    private const int KeptScratchBytes = 1 << 20;

    private byte[] _buffer = [];
    private ReadAhead? _ahead;
    private ChunkSource? _chunks;
    private ReadAhead.Chunk? _chunk;
    private readonly byte[] _digits = new byte[NumberText.IntegerBytesMax];
    private readonly ArrayBufferWriter<byte> _captured = new();
    private RdbSource _source = null!;
    private byte[] _large = [];
    private byte[] _expanded = [];
    private byte[] _left = [];
    private int _at;
    private int _end;
    private int _summedTo;
    private int _capturedTo;
    private long _before;
    private ulong _sum;
    private bool _captures;

    /// <summary>Told the position whenever the buffer is filled.</summary>
    public Action<long>? Filled { get; set; }

    /// <summary>Strings that end in the chunk read last.</summary>
    public ExpandedStrings Expanded => _chunk!.Expanded;

    /// <summary>Whether a checksum is kept.</summary>
    public bool Sums { get; set; }

    /// <summary>Whether reading failed because there were no more bytes.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public long Position => _before + _at;

    /// <summary>Starts with the first byte of a source.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="ahead">Who reads it on another thread, with the room of a buffer of this stream; the stream's from now on.</param>
    public void Open(RdbSource source, ReadAhead? ahead = null)
    {
        Invariant.Check(ahead == null || ahead.Room == bufferBytes, "what reads ahead leaves another room than a buffer");
        _source = source;
        _chunks = _ahead = ahead;
        if (ahead == null && _buffer.Length == 0) _buffer = GC.AllocateUninitializedArray<byte>(bufferBytes);
        Begin();
    }

    /// <summary>Starts with the first byte of chunks, which are read where they are.</summary>
    public void Open(ChunkSource chunks)
    {
        Invariant.Check(chunks.Room == bufferBytes, "chunks leave another room than a buffer");
        _chunks = chunks;
        Begin();
    }

    /// <summary>Gives back to the source what was read ahead, and forgets it.</summary>
    public void Close()
    {
        if (_ahead != null)
        {
            _source.Unread([.. _buffer.AsSpan(_at, _end - _at), .. _ahead.Stop()]);
            EndAhead();
        }
        else if (_end > _at)
        {
            _source.Unread(_buffer.AsSpan(_at, _end - _at));
        }

        _at = _end = 0;
        _source = null!;
        Trim();
    }

    /// <summary>Stops reading ahead after a failure; the source is then wherever it is.</summary>
    public void EndAhead()
    {
        if (_ahead == null) return;
        _ahead.Dispose();
        _chunks = _ahead = null;
        _chunk = null;
        _buffer = [];
    }

    /// <summary>Gives up buffers that a large string has left.</summary>
    public void Trim()
    {
        if (_large.Length > KeptScratchBytes) _large = [];
        if (_expanded.Length > KeptScratchBytes) _expanded = [];
    }

    /// <summary>The checksum of all bytes read so far.</summary>
    public ulong Sum()
    {
        Settle();
        return _sum;
    }

    /// <summary>An error that names the position.</summary>
    public ValueFormatException Broken(string what) => new($"{what} at byte {Position}");

    /// <summary>One byte.</summary>
    public byte Byte()
    {
        if (_at == _end) Fill(1);
        return _buffer[_at++];
    }

    /// <summary>A number that is a length.</summary>
    public ulong Length()
    {
        ulong length = Length(out bool isEncoding);
        return isEncoding ? throw Broken("an encoded string where a length is expected") : length;
    }

    /// <summary>A length, or the way in which the string that follows is encoded.</summary>
    public ulong Length(out bool isEncoding)
    {
        if (_at == _end) Fill(1);
        byte first = _buffer[_at];
        if (first < 0x40)
        {
            _at++;
            isEncoding = false;
            return first;
        }

        int size = RdbLength.SizeOf(first);
        if (size == 0) throw Broken($"Unknown length encoding {first >> 6} in rdbLoadLen()");
        return RdbLength.Read(Bytes(size), out isEncoding);
    }

    /// <summary>A string, whatever its encoding.</summary>
    public ReadOnlySpan<byte> String()
    {
        ulong length = Length(out bool isEncoding);
        return isEncoding ? EncodedString((int)length) : Bytes(length);
    }

    /// <summary>The rest of a string whose encoding <see cref="Length(out bool)"/> told.</summary>
    public ReadOnlySpan<byte> EncodedString(int encoding)
    {
        long number;
        switch (encoding)
        {
            case RdbEncoding.Int8:
                number = (sbyte)Byte();
                break;
            case RdbEncoding.Int16:
                number = BinaryPrimitives.ReadInt16LittleEndian(Bytes(2));
                break;
            case RdbEncoding.Int32:
                number = BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));
                break;
            case RdbEncoding.Lzf:
                return Compressed();
            default:
                throw Broken($"Unknown RDB string encoding type {encoding}");
        }

        return _digits.AsSpan(0, NumberText.Write(_digits, number));
    }

    /// <summary>So many bytes.</summary>
    public ReadOnlySpan<byte> Bytes(ulong count)
    {
        if (count <= (ulong)bufferBytes) return Bytes((int)count);
        return count <= (ulong)Array.MaxLength ? Large((int)count) : throw Broken($"a string of {count} bytes");
    }

    /// <summary>Skips bytes.</summary>
    public void Skip(ulong count)
    {
        while (count > 0)
        {
            if (_at == _end) Fill(1);
            int step = (int)Math.Min(count, (ulong)(_end - _at));
            _at += step;
            count -= (ulong)step;
        }
    }

    /// <summary>As many of the next bytes as are there, at least one and at most <paramref name="most"/>.</summary>
    public ReadOnlySpan<byte> Some(long most)
    {
        if (_at == _end) Fill(1);
        int count = (int)Math.Min(most, _end - _at);
        _at += count;
        return _buffer.AsSpan(_at - count, count);
    }

    /// <summary>Keeps a copy of all bytes from here on.</summary>
    public void BeginCapture()
    {
        _captured.ResetWrittenCount();
        _captures = true;
        _capturedTo = _at;
    }

    /// <summary>Stops keeping them.</summary>
    public void CancelCapture() => _captures = false;

    /// <summary>The bytes since <see cref="BeginCapture"/>; borrowed until the next read.</summary>
    public ReadOnlySpan<byte> EndCapture()
    {
        _captures = false;
        if (_captured.WrittenCount == 0) return _buffer.AsSpan(_capturedTo, _at - _capturedTo);
        Capture();
        return _captured.WrittenSpan;
    }

    private void Begin()
    {
        _at = _end = _summedTo = 0;
        _before = 0;
        _sum = 0;
        _captures = IsExhausted = false;
    }

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (_end - _at < count)
        {
            if (count > _buffer.Length) return Large(count);
            Fill(count);
        }

        int at = _at;
        _at += count;
        return _buffer.AsSpan(at, count);
    }

    private ReadOnlySpan<byte> Large(int count)
    {
        int used = 0;
        while (used < count)
        {
            ReadOnlySpan<byte> some = Some(count - used);
            if (_large.Length - used < some.Length)
            {
                byte[] larger = Uninitialized(Math.Min(count, Math.Max(used + some.Length, (long)_large.Length * 2)));
                _large.AsSpan(0, used).CopyTo(larger);
                _large = larger;
            }

            some.CopyTo(_large.AsSpan(used));
            used += some.Length;
        }

        return _large.AsSpan(0, count);
    }

    private ReadOnlySpan<byte> Compressed()
    {
        ulong compressed = Length();
        ulong length = Length();
        if (length > (ulong)Array.MaxLength || compressed > (ulong)Array.MaxLength || length > compressed * ExpansionMax)
        {
            throw Broken("Invalid LZF compressed string");
        }

        ReadOnlySpan<byte> bytes = Bytes(compressed);
        if (_chunk != null && _chunk.Expanded.TryFind(Position, (int)length, out ReadOnlySpan<byte> expanded)) return expanded;
        if (_expanded.Length < (int)length) _expanded = Uninitialized(Math.Max((long)length, Math.Min(_expanded.Length * 2L, 1 << 16)));
        Span<byte> to = _expanded.AsSpan(0, (int)length);
        return Lzf.TryDecompress(bytes, to) ? to : throw Broken("Invalid LZF compressed string");
    }

    private static byte[] Uninitialized(long bytes) => GC.AllocateUninitializedArray<byte>((int)Math.Min(bytes, Array.MaxLength));

    // Makes at least so many bytes stand in the buffer.
    private void Fill(int needed)
    {
        if (_chunks == null) Settle();
        if (_captures)
        {
            Capture();
        }

        if (_chunks != null) TakeChunks(needed);
        else ReadBuffer(needed);
        if (_captures) _capturedTo = _at;
        Filled?.Invoke(Position);
    }

    private void ReadBuffer(int needed)
    {
        int left = _end - _at;
        _buffer.AsSpan(_at, left).CopyTo(_buffer);
        _before += _at;
        _at = _summedTo = 0;
        _end = left;
        while (_end < needed)
        {
            int read = _source.Read(_buffer.AsSpan(_end));
            if (read == 0) throw Exhausted();
            _end += read;
        }
    }

    // What is left of one chunk moves before the next one. The sum counts from the chunk's begin: whoever asked for so many bytes takes
    // them all, and by that what was left.
    private void TakeChunks(int needed)
    {
        while (_end - _at < needed)
        {
            // The old chunk is read on another thread again as soon as the next one is taken.
            int left = _end - _at, room = _chunks!.Room;
            if (_left.Length < left) _left = new byte[bufferBytes];
            _buffer.AsSpan(_at, left).CopyTo(_left);
            ReadAhead.Chunk chunk = _chunks.Take() ?? throw Exhausted();
            _chunk = chunk;
            _buffer = chunk.Bytes;
            _at = room - left;
            _left.AsSpan(0, left).CopyTo(_buffer.AsSpan(_at));
            _end = room + chunk.Count;
            _before = chunk.Position - room;
            _summedTo = room;
            _sum = chunk.SumBefore;
        }
    }

    private ValueFormatException Exhausted()
    {
        IsExhausted = true;
        return Broken("Unexpected EOF reading RDB file");
    }

    private void Settle()
    {
        if (Sums && _at > _summedTo) _sum = Crc64.Append(_sum, _buffer.AsSpan(_summedTo, _at - _summedTo));
        _summedTo = _at;
    }

    private void Capture()
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_capturedTo, _at - _capturedTo);
        if (_captured.WrittenCount > Array.MaxLength - bytes.Length) throw Broken("a value too large to be kept");
        _captured.Write(bytes);
    }
}
