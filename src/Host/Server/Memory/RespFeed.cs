using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Commands;
using ModularKv.Host.Commands.Memory;
using ModularKv.Host.Networking.Memory;
using ModularKv.Host.Primitives.Memory;
using ModularKv.Host.Protocol.Memory;

namespace ModularKv.Host.Server;

/// <summary>A parser and a batch of their own for a stream of commands that comes from no connection.</summary>
internal sealed unsafe class RespFeed : CommandFeed
{
    /// <summary>As many as of connections: enough to overlap cache misses.</summary>
    private const int BatchCommands = 64;

    /// <summary>Longest annotation, bytes; Redis's are 24 long.</summary>
    private const int AnnotationMax = 1024;

    private readonly Kernel _kernel;
    private readonly VirtualClient _client;
    private readonly FeedOptions _options;
    private readonly ArgumentArena _arguments = new();
    private readonly CommandBatch _batch;
    private readonly RequestParser _parser;
    private readonly PartialRequest _partial = new();
    private readonly ByteBuffer _kept = new();
    private readonly Command? _multi;
    private readonly Command? _exec;
    private readonly Command? _discard;
    private FeedOutcome _outcome;
    private string _problem = "";

    // Place in the stream of the first byte kept; what large arguments of the present command took is not among those.
    private long _cursor;
    private long _bigBytes;
    private long _position;
    private long _transactionStart = -1;
    private long _commands;
    private long _errors;

    public RespFeed(Kernel kernel, VirtualClient client, FeedOptions options)
    {
        _kernel = kernel;
        _client = client;
        _options = options;
        _client.Output.ErrorWritten = (_, _) => _errors++;
        _parser = new RequestParser(_arguments, new RequestLimits { BulkMax = long.MaxValue });
        _batch = new CommandBatch(_arguments, kernel.Commands, kernel.Databases, kernel.Executor) { IsFeed = true };
        _multi = kernel.Commands.Find("multi"u8);
        _exec = kernel.Commands.Find("exec"u8);
        _discard = kernel.Commands.Find("discard"u8);
    }

    /// <inheritdoc/>
    public override Client Client => _client;

    /// <inheritdoc/>
    public override long Position => _position;

    /// <inheritdoc/>
    public override long TransactionStart => _transactionStart;

    /// <inheritdoc/>
    public override bool HasPartial => _partial.Big != null || _kept.Length > 0;

    /// <inheritdoc/>
    public override long Commands => _commands;

    /// <inheritdoc/>
    public override long Errors => _errors;

    /// <inheritdoc/>
    public override string Problem => _problem;

    /// <inheritdoc/>
    public override FeedOutcome Feed(ReadOnlySpan<byte> bytes)
    {
        if (_outcome != FeedOutcome.Taken) return _outcome;
        if (_partial.Big != null)
        {
            bytes = bytes[FillBig(bytes)..];
            if (_partial.Big != null || _outcome != FeedOutcome.Taken) return _outcome;
        }

        if (bytes.IsEmpty) return _outcome;
        _kept.Append(bytes);
        byte* at = _kept.Start;
        Parse(ref at, _kept.Start + _kept.Length);
        Run();
        Keep(at);
        return _outcome;
    }

    private int FillBig(ReadOnlySpan<byte> bytes)
    {
        int wanted = _partial.BigLength + 2 - _partial.BigReceived;
        int taken = Math.Min(wanted, bytes.Length);
        bytes[..taken].CopyTo(new Span<byte>(_partial.Big + _partial.BigReceived, taken));
        _partial.BigReceived += taken;
        if (taken < wanted) return taken;
        _bigBytes += _partial.BigLength + 2;
        _partial.FinishBig();
        int used = _partial.Offset;
        if (!_partial.TryComplete(_parser, _arguments, _kept.Start)) return taken;
        Add(used);
        Run();
        _kept.Consume(used);
        return taken;
    }

    private void Parse(ref byte* at, byte* end)
    {
        while (at < end)
        {
            if (_partial.ArgumentsLeft == 0)
            {
                if (*at == (byte)'#' && _options.SkipsAnnotations)
                {
                    if (!TrySkipLine(ref at, end)) return;
                    continue;
                }

                // Neither inline commands nor empty ones: who writes such a stream does not write those.
                if (*at != (byte)'*' || (end - at > 1 && (at[1] < (byte)'1' || at[1] > (byte)'9')))
                {
                    Fail(FeedOutcome.BadFormat, "a command that does not begin with its number of arguments");
                    return;
                }
            }

            byte* before = at;
            switch (_parser.Next(ref at, end, _partial, true))
            {
                case ParseOutcome.Command:
                    if (!Add((int)(at - before))) return;
                    if (_batch.Count >= BatchCommands) Run();
                    break;
                case ParseOutcome.Error:
                    Fail(FeedOutcome.BadFormat, _parser.Error);
                    return;
                default:
                    return;
            }
        }
    }

    private bool TrySkipLine(ref byte* at, byte* end)
    {
        int length = new ReadOnlySpan<byte>(at, (int)Math.Min(end - at, AnnotationMax)).IndexOf((byte)'\n') + 1;
        if (length == 0)
        {
            if (end - at >= AnnotationMax) Fail(FeedOutcome.BadFormat, "an annotation without end");
            return false;
        }

        at += length;
        _cursor += length;
        return true;
    }

    /// <summary>Adds the command that the parser found. False: there is no such command.</summary>
    private bool Add(int length)
    {
        Command? command = _batch.Add(_client, _parser.First, _parser.Count);
        if (command is null || IsWithoutSubcommand(command))
        {
            _batch.DropLast();
            Fail(FeedOutcome.UnknownCommand, Encoding.Latin1.GetString(_arguments.At(_parser.First)->Span));
            return false;
        }

        if (command == _multi) _transactionStart = _position;
        else if (command == _exec || command == _discard) _transactionStart = -1;
        _cursor += length + _bigBytes;
        _bigBytes = 0;
        _position = _cursor;
        _commands++;
        return true;
    }

    private bool IsWithoutSubcommand(Command command)
    {
        if (command.ByName is null || (_parser.Count == 1 && command.Handler is not null)) return false;
        return _parser.Count == 1 || CommandTable.FindSubcommand(command, _arguments.At(_parser.First)[1].Span) is null;
    }

    private void Fail(FeedOutcome outcome, string problem)
    {
        _outcome = outcome;
        _problem = problem;
    }

    private void Run()
    {
        if (_batch.Count > 0)
        {
            bool wasMuted = _kernel.Propagation.IsMuted;
            if (!_options.Propagates) _kernel.Propagation.IsMuted = true;
            _batch.Run();
            _kernel.Propagation.IsMuted = wasMuted;
            _client.Output.Clear();
            _client.Output.Errors = 0;
        }

        _arguments.Reset();
    }

    // What is left of a command. A large argument of it has its own block already.
    private void Keep(byte* at)
    {
        int left = _partial.Big == null ? (int)(_kept.Start + _kept.Length - at) : _partial.Offset;
        if (left > 0) Buffer.MemoryCopy(at, _kept.Start, left, left);
        _kept.Length = left;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if ((_client.Flags & ClientFlags.Multi) != 0) _kernel.Observers.Disconnected(_client);
        _client.Close();
        _partial.Discard();
        _kept.Release();
    }
}
