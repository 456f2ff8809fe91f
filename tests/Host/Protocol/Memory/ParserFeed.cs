using ModularKv.Abstractions.Memory;
using ModularKv.Host.Primitives.Memory;
using ModularKv.Host.Protocol.Memory;

namespace ModularKv.Host.Tests.Protocol.Memory;

/// <summary>Hands bytes to the parser in pieces, as a connection does, and collects the commands.</summary>
internal sealed unsafe class ParserFeed : IDisposable
{
    /// <summary>What the parser's contract says may be read behind the bytes.</summary>
    private const int Slack = 16;

    private readonly ArgumentArena _arena = new();
    private readonly GuardedBytes _memory;
    private readonly RequestParser _parser;
    private byte[] _kept = new byte[1024];
    private int _keptLength;

    public ParserFeed(int capacity, long bulkMax = 512L << 20)
    {
        _memory = new GuardedBytes(capacity, Slack);
        _parser = new RequestParser(_arena, new RequestLimits { BulkMax = bulkMax });
    }

    public PartialRequest Partial { get; private set; } = new();

    /// <summary>The commands found; empty when <see cref="Sink"/> takes them.</summary>
    public List<byte[][]> Commands { get; } = [];

    /// <summary>Gets the number of arguments and of their bytes instead of the commands themselves.</summary>
    public Action<int, long>? Sink { get; set; }

    /// <summary>What is wrong, in Redis's words; null: nothing so far.</summary>
    public string? Error { get; private set; }

    public bool IsAuthenticated { get; set; } = true;

    /// <summary>Overwrites what was read already before the parser goes on: it must not look at it again.</summary>
    public bool Garbles { get; set; }

    public int KeptBytes => _keptLength;

    /// <summary>Arguments in blocks of their own that were freed.</summary>
    public int OwnedSeen { get; private set; }

    /// <summary>Starts anew, as another connection on the same parser.</summary>
    public void Restart()
    {
        Partial.Discard();
        Partial = new PartialRequest();
        _keptLength = 0;
        Error = null;
        Commands.Clear();
        _arena.Reset();
    }

    public void Feed(ReadOnlySpan<byte> piece)
    {
        while (piece.Length > 0 && Error is null)
        {
            if (Partial.Big != null) piece = piece[FeedBig(piece)..]; else piece = piece[FeedSmall(piece)..];
        }
    }

    private int FeedBig(ReadOnlySpan<byte> piece)
    {
        int count = Math.Min(piece.Length, Partial.BigLength + 2 - Partial.BigReceived);
        piece[..count].CopyTo(new Span<byte>(Partial.Big + Partial.BigReceived, count));
        Partial.BigReceived += count;
        if (Partial.BigReceived < Partial.BigLength + 2) return count;
        Partial.FinishBig();
        byte* start = _memory.Place(_kept.AsSpan(0, _keptLength), default);
        if (!Partial.TryComplete(_parser, _arena, start)) return count;
        Take();
        _keptLength = 0;
        return count;
    }

    private int FeedSmall(ReadOnlySpan<byte> piece)
    {
        piece = piece[..Math.Min(piece.Length, _memory.Capacity - _keptLength)];
        if (Garbles) _kept.AsSpan(0, Math.Min(_keptLength, Partial.Offset)).Fill(0xEE);
        byte* at = _memory.Place(_kept.AsSpan(0, _keptLength), piece);
        byte* end = _memory.End;
        while (at < end)
        {
            ParseOutcome outcome = _parser.Next(ref at, end, Partial, IsAuthenticated);
            if (outcome == ParseOutcome.Error) Error = _parser.Error;
            if (outcome != ParseOutcome.Command) break;
            Take();
        }

        Keep(new ReadOnlySpan<byte>(at, Partial.Big == null ? (int)(end - at) : Partial.Offset));
        return piece.Length;
    }

    private void Keep(ReadOnlySpan<byte> left)
    {
        if (left.Length > _kept.Length) Array.Resize(ref _kept, Math.Max(left.Length, _kept.Length * 2));
        left.CopyTo(_kept);
        _keptLength = left.Length;
    }

    private void Take()
    {
        var arguments = new byte[Sink is null ? _parser.Count : 0][];
        long bytes = 0;
        for (int i = 0; i < _parser.Count; i++)
        {
            Argument* argument = _arena.At(_parser.First + i);
            Assert.Equal(0UL, argument->Hash);
            if (argument->Owned != 0) OwnedSeen++;
            bytes += argument->Length;
            if (Sink is null) arguments[i] = argument->Span.ToArray();
        }

        if (Sink is null) Commands.Add(arguments); else Sink(_parser.Count, bytes);
        _arena.Reset();
    }

    public void Dispose()
    {
        Partial.Discard();
        _arena.Reset();
        _memory.Dispose();
    }
}
