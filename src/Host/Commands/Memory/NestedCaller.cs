using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Propagation.Memory;

namespace ModularKv.Host.Commands.Memory;

/// <summary>Commands called from within a command. Source: scriptCall.</summary>
internal sealed unsafe class NestedCaller(
    Executor executor, CommandTable table, ExecutionSettings settings, Databases databases, PropagationStream propagation, Client standIn)
    : CommandCaller
{
    private readonly OutputBlocks _blocks = new();
    private readonly ArgumentBuffer _arguments = new();
    private ReplyWriter _reply = null!;
    private CommandFrame? _outer;
    private CallRules _rules;
    private bool _isFull;
    private bool _hasWritten;
    private CallFlags _audience;
    private byte* _whole;
    private int _wholeCapacity;

    /// <inheritdoc/>
    public override bool IsOpen => _outer is not null;

    /// <inheritdoc/>
    public override Client Client => Outer.Client;

    /// <inheritdoc/>
    public override ArgumentList Arguments => Outer.All;

    /// <inheritdoc/>
    public override ReplyWriter Reply => Outer.Reply;

    private CommandFrame Outer
    {
        get
        {
            Invariant.Check(_outer is not null, "a caller that is not open was asked for its command");
            return _outer!;
        }
    }

    /// <inheritdoc/>
    public override int Protocol
    {
        get => _reply.Protocol;
        set => _reply.Protocol = value;
    }

    /// <inheritdoc/>
    public override bool FeedsLogs
    {
        get => (_audience & CallFlags.NotToLogs) == 0;
        set => _audience = value ? _audience & ~CallFlags.NotToLogs : _audience | CallFlags.NotToLogs;
    }

    /// <inheritdoc/>
    public override bool FeedsReplicas
    {
        get => (_audience & CallFlags.NotToReplicas) == 0;
        set => _audience = value ? _audience & ~CallFlags.NotToReplicas : _audience | CallFlags.NotToReplicas;
    }

    /// <inheritdoc/>
    public override bool HasWritten => _hasWritten;

    /// <inheritdoc/>
    public override int Count => _arguments.Count;

    /// <inheritdoc/>
    public override void Open(in CommandContext call, CallRules rules)
    {
        Invariant.Check(_outer is null, "a caller was opened twice");
        CommandFrame outer = call.Frame;
        _outer = outer;
        _rules = rules;
        _isFull = (outer.Flags & CallFlags.Full) != 0;
        _hasWritten = false;
        _audience = CallFlags.None;
        _reply ??= new ReplyWriter(_blocks);
        _reply.Protocol = 2;
        _reply.ErrorWritten = outer.Client.Output.ErrorWritten;
        if (executor.Depth == 1) propagation.EndUnit();
        outer.Flags |= CallFlags.PropagationStated;
        Client client = outer.Client;
        standIn.Database = client.Database;
        if (!ReferenceEquals(standIn.Rights, client.Rights)) standIn.Rights = client.Rights;
        if (!ReferenceEquals(standIn.User, client.User)) standIn.User = client.User;
    }

    /// <inheritdoc/>
    public override void Close()
    {
        _outer = null;
        _reply.Clear();
        _arguments.Clear();
        if (_wholeCapacity <= OutputBlocks.BlockBytes * 8) return;
        NativeMemory.Free(_whole);
        _whole = null;
        _wholeCapacity = 0;
    }

    /// <inheritdoc/>
    public override void Begin() => _arguments.Clear();

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<byte> argument) => _arguments.Add(argument);

    /// <inheritdoc/>
    public override bool? MayCall()
    {
        ArgumentList arguments = _arguments.List;
        bool? may = Executor.MayRun(standIn, table.Resolve(arguments), arguments);
        _arguments.Clear();
        return may;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Call()
    {
        Invariant.Check(_outer is not null, "a command was called through a caller that is not open");
        _reply.Clear();
        ArgumentList arguments = _arguments.List;
        Command? command = table.Resolve(arguments);
        if (MayRun(command, arguments)) Run(command!, arguments); else Rejected(command);
        _arguments.Clear();
        return Whole();
    }

    private bool MayRun(Command? command, ArgumentList arguments)
    {
        if (command is null || command.IsRemoved || command.Handler is null)
        {
            return Refuse("ERR Unknown Redis command called from script"u8);
        }

        if (arguments.Count < command.MinArguments || arguments.Count > command.MaxArguments)
        {
            return Refuse("ERR Wrong number of args calling Redis command from script"u8);
        }

        CommandFlags flags = command.Flags;
        if ((flags & CommandFlags.NoScript) != 0 && (_rules & CallRules.AllowNoScript) == 0)
        {
            return Refuse("ERR This Redis command is not allowed from script"u8);
        }

        if (standIn.Rights is { } rights && !rights.Allows(command, arguments))
        {
            return Refuse(rights.Refuse(_outer!.Client, command, arguments, CallOrigin.Script));
        }

        if (executor.IsTooDeep) return Refuse("ERR too many nested calls"u8);
        if ((flags & CommandFlags.Write) != 0 && !MayWrite()) return false;
        bool lacksMemory = _isFull && (flags & CommandFlags.DenyOom) != 0 && !_hasWritten && (_rules & CallRules.AllowOom) == 0;
        if (lacksMemory) return Refuse("OOM command not allowed when used memory > 'maxmemory'."u8);
        if ((flags & CommandFlags.Write) != 0) _hasWritten = true;
        return true;
    }

    private bool MayWrite()
    {
        if ((_rules & CallRules.ReadOnly) != 0) return Refuse("ERR Write commands are not allowed from read-only scripts."u8);
        bool isBound = settings.WriteRefusals.Count == 0 || (_outer!.Client.Flags & ClientFlags.Master) != 0
            || (_outer.Flags & CallFlags.Trusted) != 0;
        return isBound || Refuse(settings.WriteRefusals[0].Error);
    }

    private bool Refuse(ReadOnlySpan<byte> error)
    {
        _reply.Error(error);
        return false;
    }

    private void Rejected(Command? command)
    {
        if (command is not null) command.Rejected++;
        _reply.Errors = 0;
    }

    private void Run(Command command, ArgumentList arguments)
    {
        CommandFrame frame = executor.Enter();
        try
        {
            frame.Arguments = arguments.First;
            frame.Count = arguments.Count;
            if (frame.Command != command) frame.Command = command;
            if (frame.Client != standIn) frame.Client = standIn;
            if (frame.Reply != _reply) frame.Reply = _reply;
            Database database = databases[standIn.Database];
            if (frame.Database != database) frame.Database = database;
            frame.NowMs = _outer!.NowMs;
            frame.Dirty = 0;
            frame.Flags = CallFlags.DenyBlocking | _audience | (_outer.Flags & (CallFlags.Trusted | CallFlags.Full));
            if (executor.IsWatched(_outer.Client)) executor.RunWatched(frame); else executor.RunAlone(frame);
            if (frame.Dirty != 0 || (frame.Flags & CallFlags.ForcePropagation) != 0) executor.Finish(frame);
        }
        finally
        {
            executor.Leave();
        }
    }

    // As a rule it stands in one block.
    private ReadOnlySpan<byte> Whole()
    {
        ReadOnlySpan<byte> first = _reply.NextChunk();
        int length = (int)Math.Min(_reply.PendingBytes, int.MaxValue);
        if (first.Length == length) return first;
        if (_wholeCapacity < length)
        {
            _whole = (byte*)NativeMemory.Realloc(_whole, (nuint)length);
            _wholeCapacity = length;
        }

        int at = 0;
        for (ReadOnlySpan<byte> chunk = first; !chunk.IsEmpty && at < length; chunk = _reply.NextChunk())
        {
            chunk.CopyTo(new Span<byte>(_whole + at, length - at));
            at += chunk.Length;
            _reply.Advance(chunk.Length);
        }

        return new ReadOnlySpan<byte>(_whole, length);
    }

    /// <summary>Lets go of a command that was taken out of the table.</summary>
    public void Forget(Command command) => standIn.Forget(command);
}
