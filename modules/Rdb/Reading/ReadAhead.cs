using System.Runtime.ExceptionServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Rdb.Reading;

/// <summary>
/// Reads a source on a thread of its own, a few chunks ahead of the loop, sums what it reads, and expands the compressed strings that it
/// finds in an image. Everything else is the loop's.
/// </summary>
internal sealed class ReadAhead : ChunkSource, IDisposable
{
    /// <summary>Bytes of a chunk.</summary>
    public const int ChunkBytes = 256 * 1024;

    // Some ten milliseconds of loading: this thread may have to wait for a processor meanwhile.
    private const int Chunks = 16;

    private readonly RdbSource _source;
    private readonly bool _sums;
    private readonly Chunk[] _ring = new Chunk[Chunks];
    private readonly SemaphoreSlim _free = new(Chunks);
    private readonly SemaphoreSlim _full = new(0);
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _stopped;
    private volatile int _read;
    private Chunk? _reading;
    private long _position;
    private ulong _sum;
    private int _taken;
    private bool _ended;

    /// <summary>Starts reading.</summary>
    /// <param name="source">Read on the other thread until <see cref="Stop"/>.</param>
    /// <param name="room">Bytes to leave before each chunk, for what the reader has left of the one before.</param>
    /// <param name="sums">Whether to keep a checksum.</param>
    /// <param name="chunkBytes">Bytes of a chunk.</param>
    public ReadAhead(RdbSource source, int room, bool sums, int chunkBytes = ChunkBytes)
    {
        (_source, _sums, Room) = (source, sums, room);
        for (int i = 0; i < Chunks; i++) _ring[i] = new Chunk(GC.AllocateUninitializedArray<byte>(room + chunkBytes));

        // Not a quiet thread: on a machine that others use too the loop would wait for it.
        _thread = new Thread(Run) { IsBackground = true, Name = "rdb-reader" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public override int Room { get; }

    /// <summary>Strings that the loop found expanded. Loop only.</summary>
    public long ExpandedCount => _ring.Sum(chunk => chunk.Expanded.Found);

    /// <summary>The next chunk, waited for; the one before is given back. Null: there are no more bytes.</summary>
    /// <exception cref="IOException">The source could not be read.</exception>
    public override Chunk? Take()
    {
        if (_ended) return null;
        if (_taken > 0) _free.Release();
        _full.Wait();
        if (_taken == _read) _failure!.Throw();
        Chunk chunk = _ring[_taken++ % Chunks];
        _ended = chunk.Count == 0;
        return _ended ? null : chunk;
    }

    /// <summary>Stops reading.</summary>
    /// <returns>What was read and not taken.</returns>
    public byte[] Stop()
    {
        _stopped = true;
        _free.Release();
        _thread.Join();
        byte[] rest = [];
        while (!_ended && _taken < _read)
        {
            Chunk chunk = _ring[_taken++ % Chunks];
            rest = [.. rest, .. chunk.Bytes.AsSpan(Room, chunk.Count)];
        }

        _ended = true;
        return rest;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_stopped) Stop();
        _free.Dispose();
        _full.Dispose();
    }

    private void Run()
    {
        try
        {
            Expand();
            if (_reading is not { Count: 0 })
            {
                while (ReadNext() is { Count: > 0 }) Publish();
            }
        }
        catch (Exception e)
        {
            // The loop's to deal with, when it comes to these bytes.
            _failure = ExceptionDispatchInfo.Capture(e);
        }

        Publish();
        if (_failure != null) _full.Release();
    }

    // A chunk that is being looked through is the loop's only afterwards.
    private void Expand()
    {
        try
        {
            new ImageExpansion(new Looking(this)).Run();
        }
        catch (ValueFormatException)
        {
            // The loop will find the same, and say it.
        }
    }

    private Chunk? ReadNext()
    {
        Publish();
        if (!_stopped) _free.Wait();
        if (_stopped) return null;
        Chunk chunk = _ring[_read % Chunks];
        chunk.Expanded.Clear();
        chunk.Count = Read(chunk.Bytes.AsSpan(Room));
        chunk.Position = _position;
        chunk.SumBefore = _sum;
        _position += chunk.Count;
        if (_sums) _sum = Crc64.Append(_sum, chunk.Bytes.AsSpan(Room, chunk.Count));
        return _reading = chunk;
    }

    private void Publish()
    {
        if (_reading == null) return;
        _reading = null;
        _read++;
        _full.Release();
    }

    private int Read(Span<byte> into)
    {
        int count = 0;
        while (count < into.Length)
        {
            int read = _source.Read(into[count..]);
            if (read == 0) break;
            count += read;
        }

        return count;
    }

    /// <summary>Some of the source's bytes.</summary>
    internal sealed class Chunk(byte[] bytes)
    {
        /// <summary>Room, then <see cref="Count"/> bytes of the source.</summary>
        public byte[] Bytes => bytes;

        /// <summary>How many; less than the chunk holds only at the source's end.</summary>
        public int Count { get; set; }

        /// <summary>Bytes of the source before these.</summary>
        public long Position { get; set; }

        /// <summary>The checksum of all bytes before these.</summary>
        public ulong SumBefore { get; set; }

        /// <summary>Strings that end in it, expanded.</summary>
        public ExpandedStrings Expanded { get; } = new();
    }

    // The chunks, for who looks through them on the reading thread.
    private sealed class Looking(ReadAhead owner) : ChunkSource
    {
        public override int Room => owner.Room;

        public override Chunk? Take() => owner.ReadNext() is { Count: > 0 } chunk ? chunk : null;
    }
}

/// <summary>Chunks of a source, in order.</summary>
internal abstract class ChunkSource
{
    /// <summary>Bytes to fill before each chunk, for what its reader has left of the one before.</summary>
    public abstract int Room { get; }

    /// <summary>The next chunk; the one before must not be touched any more. Null: there are no more bytes.</summary>
    /// <exception cref="IOException">The source could not be read.</exception>
    public abstract ReadAhead.Chunk? Take();
}
