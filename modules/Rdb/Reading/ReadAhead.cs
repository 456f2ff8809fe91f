using System.Runtime.ExceptionServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Rdb.Reading;

/// <summary>
/// Reads a source on a thread of its own, a few chunks ahead of the loop, and sums what it reads. Everything else is the loop's.
/// </summary>
internal sealed class ReadAhead : IDisposable
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
        _thread = new Thread(Run) { IsBackground = true, Name = "rdb-reader" };
        _thread.Start();
    }

    /// <summary>Bytes before each chunk.</summary>
    public int Room { get; }

    /// <summary>The next chunk, waited for; the one before is given back. Null: there are no more bytes.</summary>
    /// <exception cref="IOException">The source could not be read.</exception>
    public Chunk? Take()
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
        ulong sum = 0;
        long position = 0;
        try
        {
            for (int next = 0; ; next++)
            {
                _free.Wait();
                if (_stopped) return;
                Chunk chunk = _ring[next % Chunks];
                chunk.Count = Read(chunk.Bytes.AsSpan(Room));
                chunk.Position = position;
                chunk.SumBefore = sum;
                position += chunk.Count;
                if (_sums) sum = Crc64.Append(sum, chunk.Bytes.AsSpan(Room, chunk.Count));
                _read = next + 1;
                _full.Release();
                if (chunk.Count == 0) return;
            }
        }
        catch (Exception e)
        {
            // The loop's to deal with, when it comes to these bytes.
            _failure = ExceptionDispatchInfo.Capture(e);
            _full.Release();
        }
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
    }
}
