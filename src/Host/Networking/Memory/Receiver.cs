using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.EventLoop;
using ModularKv.Host.Primitives.Memory;
using ModularKv.Host.Protocol.Memory;

namespace ModularKv.Host.Networking.Memory;

/// <summary>
/// Receives and parses for all connections of a loop. Bytes land in one shared arena that is reused after every batch, so that they stay in
/// cache; only what is left of a command is kept per connection, and an idle connection holds no buffer at all.
/// </summary>
internal sealed unsafe class Receiver
{
    /// <summary>Bytes taken from a connection at a time.</summary>
    private const int ChunkBytes = 16 * 1024;

    private const int ArenaBytes = 4 << 20;

    /// <summary>Bytes readable behind received ones, for loads of whole words.</summary>
    private const int Slack = 64;

    /// <summary>
    /// Commands after which the batch is executed: enough to overlap cache misses, few enough to stay in the first-level cache.
    /// </summary>
    private const int BatchCommands = 64;

    /// <summary>Commands of one connection after which the batch is executed even within its bytes.</summary>
    private const int BatchCommandsMax = 1024;

    /// <summary>Leftovers up to this size are copied in front of the next bytes; larger ones grow in place.</summary>
    private const int LeftoverMax = 64 * 1024;

    private readonly byte* _arena = (byte*)NativeMemory.AlignedAlloc(ArenaBytes + Slack, 4096);
    private readonly ArgumentArena _arguments;
    private readonly RequestParser _parser;
    private readonly RequestSink _sink;
    private readonly ServerStatistics _statistics;
    private int _used;

    public Receiver(ArgumentArena arguments, RequestLimits limits, RequestSink sink, ServerStatistics statistics)
    {
        _arguments = arguments;
        _parser = new RequestParser(arguments, limits);
        _sink = sink;
        _statistics = statistics;
    }

    /// <summary>
    /// The receiver in whose batch this one works. There the connection whose command runs waits, and the one that is being parsed; what
    /// others have in it was run before this one receives.
    /// </summary>
    public Receiver? Ahead { get; set; }

    // Changes when the batch is done; a connection notes the one that its bytes are in.
    private long _batch = 1;

    private void Enters(Connection connection) => (connection.ReceivedBy, connection.ReceivedIn) = (this, _batch);

    private bool Holds(Connection connection)
        => connection.ReceivedBy == this && connection.ReceivedIn == _batch && (connection == _parsing || connection == _sink.Running);

    /// <summary>The connection of whose bytes not all are parsed or kept yet.</summary>
    private Connection? _parsing;

    /// <summary>Bytes received and not yet executed, in the shared arena.</summary>
    public long BytesInUse => _used;

    /// <summary>Executes what is in the batch.</summary>
    public void Flush()
    {
        if (_sink.Pending > 0) _sink.Execute();
        _used = 0;
        _batch++;
        _arguments.Reset();
    }

    /// <summary>Receives once and parses. False: the connection is gone or broken and must be closed.</summary>
    public bool Receive(Connection connection)
    {
        if (Ahead is not null && Ahead.Holds(connection)) return true;
        ByteBuffer kept = connection.Kept;
        if ((connection.Flags & (ClientFlags.CloseAfterReply | ClientFlags.CloseNow)) != 0) return Drop(connection);
        if (connection.Partial.Big != null) return ReceiveBig(connection);
        if (kept.Length > LeftoverMax || connection.IsHeld) return ReceiveInPlace(connection);
        if (_used + kept.Length + ChunkBytes > ArenaBytes)
        {
            Flush(); // a long command may have received for this connection too
            return Receive(connection);
        }

        int leftover = kept.Length;
        Enters(connection);
        byte* start = _arena + _used;
        if (leftover > 0) new ReadOnlySpan<byte>(kept.Start, leftover).CopyTo(new Span<byte>(start, leftover));
        int received = connection.Link.Receive(new Span<byte>(start + leftover, ChunkBytes));
        if (received <= 0) return received == Link.WouldBlock;
        Count(connection, received);
        byte* end = start + leftover + received;
        byte* at = start;
        bool open = Parse(connection, ref at, end);
        _used += (int)((end - start + Slack - 1) & ~(Slack - 1));
        if (open && !connection.IsClosed) Keep(connection, at, end);
        if (_sink.Pending >= BatchCommands) Flush();
        return true;
    }

    /// <summary>Takes bytes from a connection that will be closed once its replies are sent: nothing of it is executed any more.</summary>
    private bool Drop(Connection connection)
    {
        if (_used + ChunkBytes > ArenaBytes) Flush();
        int received = connection.Link.Receive(new Span<byte>(_arena + _used, ChunkBytes));
        return received > 0 || received == Link.WouldBlock;
    }

    private void Count(Connection connection, int received)
    {
        connection.BytesReceived += received;
        _statistics.NetInputBytes += received;
        _statistics.ReadsProcessed++;
    }

    /// <summary>
    /// Takes commands until the bytes end, the connection is held, or they are no commands. False: nothing more is to be kept.
    /// </summary>
    private bool Parse(Connection connection, ref byte* at, byte* end)
    {
        _parsing = connection;
        bool open = ParseAll(connection, ref at, end);
        _parsing = null;
        return open;
    }

    private bool ParseAll(Connection connection, ref byte* at, byte* end)
    {
        while (at < end)
        {
            switch (_parser.Next(ref at, end, connection.Partial, connection.IsAuthenticated))
            {
                case ParseOutcome.Command:
                    _sink.Add(connection, _parser.First, _parser.Count);
                    break;
                case ParseOutcome.Error:
                    Flush();
                    if (connection.IsHeld) return true; // an earlier command waits: its turn comes first
                    connection.ProtocolError(_parser.Error);
                    return false;
                default:
                    return true;
            }

            if (_sink.Pending < BatchCommandsMax) continue;
            _sink.Execute();
            _arguments.Reset();
            if (connection.IsHeld || connection.IsClosed) return true;
        }

        return true;
    }

    private static void Keep(Connection connection, byte* at, byte* end)
    {
        ByteBuffer kept = connection.Kept;
        int left = connection.Partial.Big == null ? (int)(end - at) : connection.Partial.Offset;
        if (kept.Length == 0 && left == 0) return;
        kept.Length = 0;
        if (left > 0) kept.Append(new ReadOnlySpan<byte>(at, left)); else kept.Release();
    }

    /// <summary>Receives behind what is kept, without looking at it while the connection is held.</summary>
    private bool ReceiveInPlace(Connection connection)
    {
        ByteBuffer kept = connection.Kept;
        kept.Reserve(ChunkBytes * 4);
        int received = connection.Link.Receive(new Span<byte>(kept.Start + kept.Length, ChunkBytes * 4));
        if (received <= 0) return received == Link.WouldBlock;
        Count(connection, received);
        kept.Length += received;
        if (connection.IsOverQueryLimit) return connection.CloseForQueryLimit();
        if (!connection.IsHeld) ParseKept(connection);
        return true;
    }

    /// <summary>Parses what is kept, where it stands. Runs the batch, because the arguments point into it.</summary>
    public void ParseKept(Connection connection)
    {
        Flush();
        ByteBuffer kept = connection.Kept;
        if (connection.IsHeld || connection.IsClosed || kept.Length == 0) return;
        Enters(connection);
        byte* at = kept.Start;
        bool open = Parse(connection, ref at, kept.Start + kept.Length);
        Flush();
        if (!open || connection.IsClosed) return;
        int consumed = (int)(at - kept.Start);
        if (connection.Partial.Big != null) kept.Length = consumed + connection.Partial.Offset;
        kept.Consume(consumed);
    }

    private bool ReceiveBig(Connection connection)
    {
        PartialRequest partial = connection.Partial;
        int wanted = partial.BigLength + 2 - partial.BigReceived;
        int received = connection.Link.Receive(new Span<byte>(partial.Big + partial.BigReceived, wanted));
        if (received <= 0) return received == Link.WouldBlock;
        Count(connection, received);
        partial.BigReceived += received;
        if (partial.BigReceived < partial.BigLength + 2) return true;
        partial.FinishBig();
        if (!connection.IsHeld) AddFinished(connection);
        return true;
    }

    /// <summary>Executes the command whose last argument was a large one. False: none is complete.</summary>
    private bool AddFinished(Connection connection)
    {
        int used = connection.Partial.Offset;
        if (!connection.Partial.TryComplete(_parser, _arguments, connection.Kept.Start)) return false;
        Enters(connection);
        _sink.Add(connection, _parser.First, _parser.Count);
        Flush(); // the small arguments point into the kept bytes
        if (!connection.IsClosed) connection.Kept.Consume(used);
        return true;
    }

    /// <summary>Goes on with a connection that was held: first what was postponed, then what arrived meanwhile.</summary>
    public void Resume(Connection connection)
    {
        Flush();
        ByteBuffer postponed = connection.TakePostponed();
        byte* at = postponed.Start;
        byte* end = at + postponed.Length;
        var whole = new PartialRequest();
        while (at < end && !connection.IsClosed)
        {
            if (_parser.Next(ref at, end, whole, true) != ParseOutcome.Command) break;
            Enters(connection);
            _sink.Add(connection, _parser.First, _parser.Count);
            if (_sink.Pending >= BatchCommandsMax) Flush();
        }

        Flush();
        postponed.Release();
        if (connection.IsHeld || connection.IsClosed) return;
        AddFinished(connection);
        ParseKept(connection);
    }
}
