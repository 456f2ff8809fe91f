using System.Diagnostics;
using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;
using ModularKv.Host.Primitives;
using ModularKv.Host.Propagation.Memory;

namespace ModularKv.Host.Commands.Memory;

/// <summary>Executes commands one after the other: checks, interceptors, handler, statistics, propagation, blocked clients.</summary>
internal sealed unsafe class Executor : CommandServices
{
    /// <summary>Fast commands that are timed together; their time is shared out evenly.</summary>
    private const int TimedTogetherMax = 64;

    private const int NestingMax = 16;

    /// <summary>Calls of a fast command that are timed one by one after some of them together took long.</summary>
    private const int TimedAloneCalls = 10_000;

    /// <summary>After a command of this length the next one of the iteration needs a fresh clock.</summary>
    private const long ClockStepNanoseconds = 1_000_000;

    private readonly Databases _databases;
    private readonly KeyspaceState _keyspace;
    private readonly KeyObservers _observers;
    private readonly PropagationStream _propagation;
    private readonly ServerStatistics _statistics;
    private readonly IClock _clock;
    private readonly Admission _admission;
    private readonly CommandFrame[] _frames = new CommandFrame[NestingMax];
    private readonly OutputBlocks _scratchBlocks = new();
    private readonly ReplyWriter _discard;
    private CommandInterceptor[] _before = [];

    /// <summary>Those of <see cref="_before"/> that concern every client.</summary>
    private CommandInterceptor[] _beforeAll = [];
    private CommandInterceptor[] _after = [];
    private readonly Aftermath _aftermath;
    private readonly QueueRun _queueRun;
    private int _depth;
    private Command? _timed;
    private int _timedCalls;
    private long _timedSince;

    public Executor(
        IServer server,
        KeyspaceState keyspace,
        Databases databases,
        PropagationStream propagation,
        Admission admission,
        ServerStatistics statistics,
        IClock clock)
    {
        _databases = databases;
        _keyspace = keyspace;
        _observers = keyspace.Observers;
        _propagation = propagation;
        _admission = admission;
        _statistics = statistics;
        _clock = clock;
        _discard = new ReplyWriter(_scratchBlocks);
        Blocking = new BlockedClients(this, databases, clock);
        _aftermath = new Aftermath(this);
        _queueRun = new QueueRun(this, keyspace, databases, propagation);
        for (int i = 0; i < NestingMax; i++) _frames[i] = new CommandFrame { Server = server, Services = this };
        admission.CallOf = CallOf;
    }

    /// <summary>Those who are told of commands that took long.</summary>
    public CommandObservers Observers { get; } = new();

    /// <summary>Clients that wait for keys.</summary>
    public BlockedClients Blocking { get; }

    /// <summary>Told of a handler's exception: command, exception.</summary>
    public Action<Command, Exception> Fault { get; set; } = (_, _) => { };

    /// <summary>Called after a command that took long: reads the clock.</summary>
    public Action TookLong { get; set; } = () => { };

    /// <summary>Whether somebody must be asked about every command (interceptors, exact times, loading …).</summary>
    public bool IsGuarded { get; set; }

    /// <summary>Commands in execution, one in another.</summary>
    public int Depth => _depth;

    /// <summary>The client whose command runs now, the outermost one; null between commands.</summary>
    public Client? CurrentClient => _depth > 0 ? _frames[0].Client : null;

    /// <summary>Runs something once the outermost command has ended and its reply is whole; at once between commands.</summary>
    public void AfterCommand(Action run)
    {
        if (_depth == 0)
        {
            run();
            return;
        }

        _aftermath.Add(run);
        _frames[0].Flags |= CallFlags.Deferred;
    }

    /// <summary>Adds an interceptor. Dispose to take it out.</summary>
    public IDisposable Add(CommandInterceptor interceptor)
    {
        if (interceptor.WantsBefore) _before = [.. _before.Append(interceptor).OrderBy(i => i.Order)];
        if (interceptor.WantsAfter) _after = [.. _after.Append(interceptor).OrderBy(i => i.Order)];
        SortInterceptors();
        return new Undo(() =>
        {
            _before = [.. _before.Where(i => i != interceptor)];
            _after = [.. _after.Where(i => i != interceptor)];
            SortInterceptors();
        });
    }

    private void SortInterceptors()
    {
        _beforeAll = [.. _before.Where(i => !i.OnlyGated)];
        HasInterceptors = _beforeAll.Length + _after.Length > 0;
    }

    /// <summary>Whether any interceptor is registered that concerns every client.</summary>
    public bool HasInterceptors { get; private set; }

    /// <summary>Whether a command of the module is running now.</summary>
    public bool IsExecuting(string module)
    {
        for (int i = 0; i < _depth; i++)
        {
            if (_frames[i].Command.Module == module) return true;
        }

        return false;
    }

    /// <summary>Lets go of a command that was taken out of the table.</summary>
    public void Forget(Command command)
    {
        if (Belongs(_timed, command)) _timed = null;
        foreach (CommandFrame frame in _frames)
        {
            if (Belongs(frame.Command, command)) frame.Command = null!;
        }
    }

    internal static bool Belongs(Command? candidate, Command command)
        => candidate is not null && (candidate == command || candidate.Container == command);

    /// <summary>Starts timing.</summary>
    public void BeginBatch()
    {
        _timed = null;
        _timedCalls = 0;
    }

    /// <summary>Ends timing and lets the stream's subscribers write.</summary>
    public void EndBatch()
    {
        if (_timed is not null) CloseTiming(null);
        if (_depth == 0) _propagation.EndBatch();
    }

    /// <summary>Lets other commands run beside the one that is running now; their time is not part of its.</summary>
    public void Beside(Action run)
    {
        (Command? timed, int calls, long since) = (_timed, _timedCalls, _timedSince);
        long started = Stopwatch.GetTimestamp();
        _timed = null;
        run();
        (_timed, _timedCalls, _timedSince) = (timed, calls, since + Stopwatch.GetTimestamp() - started);
    }

    /// <summary>Executes one command of a batch.</summary>
    public void Execute(Client client, Command? command, Argument* arguments, int count)
    {
        if (command is null || (uint)(count - command.MinArguments) > (uint)(command.MaxArguments - command.MinArguments)
            || IsGuarded || HasInterceptors || command.NeedsChecks || _admission.IsPressed
            || (client.Gate && !IsAllowedAnyway(client, command, arguments, count)))
        {
            ExecuteGuarded(client, command, arguments, count);
            return;
        }

        if (command != _timed || _timedCalls >= TimedTogetherMax) CloseTiming(command);
        _timedCalls++;
        CommandFrame frame = _frames[_depth++];
        Prepare(frame, client, command, arguments, count, client.Output);
        client.FlushLater();
        Invoke(frame);
        _depth--;
        if (frame.Dirty != 0 || frame.Flags != 0 || Blocking.HasReady)
        {
            // A blocked command counts when it is served.
            if ((frame.Flags & CallFlags.Blocked) != 0) _timedCalls--;
            if (!command.TimedTogether) CloseTiming(null);
            Finish(frame);
        }
        else if (!command.TimedTogether)
        {
            CloseTiming(null);
        }

        if (client.Output.Errors != 0) CountErrors(client.Output, command);
    }

    // A client of limited rights, and nothing else in the way: its rights are asked here, and the command runs as anybody's.
    private static bool IsAllowedAnyway(Client client, Command command, Argument* arguments, int count)
        => client.IsLimited && client.Rights!.Allows(command, new ArgumentList(arguments, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Prepare(CommandFrame frame, Client client, Command command, Argument* arguments, int count, ReplyWriter reply)
    {
        frame.Arguments = arguments;
        frame.Count = count;
        if (frame.Command != command) frame.Command = command;
        if (frame.Client != client) frame.Client = client;
        if (frame.Reply != reply) frame.Reply = reply;
        Database database = _databases[client.Database];
        if (frame.Database != database) frame.Database = database;
        frame.NowMs = _clock.UnixMs;
        frame.Dirty = 0;
        frame.Flags = CallFlags.None;
        if (client.LastCommand != command) client.LastCommand = command;
        client.LastActiveMs = frame.NowMs;
        client.CommandsRun++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Invoke(CommandFrame frame)
    {
        try
        {
            var call = new CommandContext(frame);
            frame.Command.Handler!(ref call);
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            Faulted(frame, e);
        }
    }

    /// <summary>An exception in a module's handler answers that client and is counted; the server lives on.</summary>
    private void Faulted(CommandFrame frame, Exception e)
    {
        Fault(frame.Command, e);
        frame.Reply.Error($"ERR internal error in command '{frame.Command.FullName}': {e.Message}");
    }

    internal void CloseTiming(Command? next)
    {
        long now = Stopwatch.GetTimestamp();
        if (_timed is { } timed && _timedCalls > 0)
        {
            long nanoseconds = Nanoseconds(now - _timedSince);
            Record(timed, _timedCalls, nanoseconds);
            if (nanoseconds >= Observers.ThresholdNanoseconds) TookLonger(timed, nanoseconds);
        }

        _timed = next;
        _timedCalls = 0;
        _timedSince = now;
    }

    // Nothing ran since, so that the frame is still that of the group's last command.
    private void TookLonger(Command timed, long nanoseconds)
    {
        CommandFrame frame = _frames[Math.Max(0, _depth - 1)];
        if (_timedCalls == 1 && frame.Command == timed && (frame.Flags & CallFlags.Blocked) == 0)
        {
            Observers.Tell(frame, nanoseconds);
            return;
        }

        timed.TimedTogether = false;
        timed.TimedAlone = TimedAloneCalls;
    }

    private void Record(Command command, int calls, long nanoseconds)
    {
        if (command.TimedAlone > 0 && --command.TimedAlone == 0) command.TimedTogether = true;
        command.Calls += calls;
        command.Nanoseconds += nanoseconds;
        if (nanoseconds > ClockStepNanoseconds && _depth < 2) TookLong(); // within another command the time stands still
        _statistics.CommandsProcessed += calls;
        if (!_admission.Settings.TracksLatency) return;
        command.Latency ??= new long[64];
        command.Latency[63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)Math.Max(1, nanoseconds / calls))] += calls;
    }

    private void CountErrors(ReplyWriter output, Command command)
    {
        command.Failed++;
        output.Errors = 0;
    }

    private void ExecuteGuarded(Client client, Command? command, Argument* arguments, int count)
    {
        if (_timed is not null) CloseTiming(null);
        if (client.IsClosed || (client.Flags & ClientFlags.CloseNow) != 0) return;
        var list = new ArgumentList(arguments, count);
        if (client.IsBlocked || client.IsPostponed || (client.Flags & ClientFlags.CloseAfterReply) != 0)
        {
            if ((client.Flags & ClientFlags.CloseAfterReply) == 0) client.Postpone(list);
            return;
        }

        bool mute = (client.Flags & (ClientFlags.ReplyOff | ClientFlags.ReplySkip)) != 0;
        if (!mute && !client.Flags.HasFlag(ClientFlags.Internal)) client.FlushLater();
        _discard.Protocol = client.Output.Protocol;
        _discard.ErrorWritten = client.Output.ErrorWritten;
        ReplyWriter reply = mute ? _discard : client.Output;
        Run(client, command, list, reply, CallFlags.None);
        if (mute) _discard.Clear();
        if ((client.Flags & ClientFlags.ReplySkip) != 0) client.Flags &= ~ClientFlags.ReplySkip;
        if ((client.Flags & ClientFlags.ReplySkipNext) == 0) return;
        client.Flags = (client.Flags & ~ClientFlags.ReplySkipNext) | ClientFlags.ReplySkip;
    }

    /// <summary>Runs a command with all checks; used for guarded clients, blocked commands that run again, and calls by modules.</summary>
    /// <returns>Whether the handler ran.</returns>
    public bool Run(Client client, Command? command, ArgumentList arguments, ReplyWriter reply, CallFlags flags)
    {
        if (command?.ByName is not null && arguments.Count > 1) command = CommandTable.FindSubcommand(command, arguments[1]) ?? command;
        if (IsTooDeep)
        {
            reply.Error("ERR too many nested calls"u8);
            return false;
        }

        if (!_admission.Admit(client, command, arguments, reply, flags))
        {
            if (client.IsPostponed) return false; // held back, not refused
            Rejected(client, command, reply);
            if (_depth == 0) _aftermath.Complete(client, command);
            return false;
        }

        CommandFrame frame = _frames[_depth++];
        Prepare(frame, client, command!, arguments.First, arguments.Count, reply);
        frame.Flags = _admission.IsFull ? flags | CallFlags.Full : flags;
        _keyspace.KeepsAccessClocks = (client.Flags & ClientFlags.NoTouch) != 0 && command!.Spec.Name != "touch";
        try
        {
            return RunIntercepted(frame, client.Gate ? _before : _beforeAll);
        }
        finally
        {
            _keyspace.KeepsAccessClocks = false;
            _depth--;
            if (frame.Dirty != 0 || frame.Flags != 0 || Blocking.HasReady) Finish(frame);
            if (_depth == 0) _aftermath.Complete(client, command);
        }
    }

    private bool RunIntercepted(CommandFrame frame, CommandInterceptor[] before)
    {
        foreach (CommandInterceptor interceptor in before)
        {
            Verdict verdict = Ask(interceptor, frame);
            if (verdict == Verdict.Continue) continue;
            if (verdict == Verdict.Rejected) Rejected(frame.Client, frame.Command, frame.Reply);
            return false;
        }

        Command command = frame.Command;
        long since = Stopwatch.GetTimestamp();
        Invoke(frame);
        long nanoseconds = (long)Stopwatch.GetElapsedTime(since).TotalNanoseconds;
        if (frame.Reply.Errors != 0) CountErrors(frame.Reply, command);
        if ((frame.Flags & CallFlags.Blocked) == 0) Record(command, 1, nanoseconds);
        if (nanoseconds >= Observers.ThresholdNanoseconds) Observers.Tell(frame, nanoseconds);
        foreach (CommandInterceptor interceptor in _after) Tell(interceptor, frame, nanoseconds / 1000);
        if (Aftermath.FollowersOf(frame.Client, _frames[0].Client) is not { } followers) return true;
        foreach (CommandInterceptor follower in followers) Tell(follower, frame, nanoseconds / 1000);
        return true;
    }

    // An interceptor that throws has not decided: the command does not run (it may have been the one to refuse it).
    private Verdict Ask(CommandInterceptor interceptor, CommandFrame frame)
    {
        try
        {
            var call = new CommandContext(frame);
            return interceptor.Before(ref call);
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            Faulted(frame, e);
            return Verdict.Rejected;
        }
    }

    private void Tell(CommandInterceptor interceptor, CommandFrame frame, long micros)
    {
        try
        {
            var call = new CommandContext(frame);
            interceptor.After(ref call, micros);
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            Fault(frame.Command, e);
        }
    }

    // A script's own command is the first below the call.
    private CallOrigin CallOf()
    {
        bool isScript = _depth > 0 && (_frames[_depth - 1].Command.Categories & AclCategories.Scripting) != 0;
        return isScript ? CallOrigin.Script : CallOrigin.Module;
    }

    /// <summary>Whether a client's rights let it run a command. Null: no such command, or a wrong number of arguments.</summary>
    public static bool? MayRun(Client client, Command? command, ArgumentList arguments)
    {
        if (command is null || arguments.Count < command.MinArguments || arguments.Count > command.MaxArguments) return null;
        return client.Rights is not { } rights || rights.Allows(command, arguments);
    }

    private void Rejected(Client client, Command? command, ReplyWriter reply)
    {
        if (command is not null) command.Rejected++;
        reply.Errors = 0;
        if ((client.Flags & ClientFlags.Multi) != 0) client.Flags |= ClientFlags.DirtyExec;
    }

    internal void Finish(CommandFrame frame)
    {
        if (frame.Dirty != 0 || (frame.Flags & CallFlags.ForcePropagation) != 0)
        {
            _databases.Dirty += frame.Dirty;
            bool isWrite = (frame.Command.Flags & (CommandFlags.Write | CommandFlags.MayReplicate)) != 0;
            if (_propagation.Active && isWrite && (frame.Flags & CallFlags.PropagationStated) == 0)
            {
                _propagation.Add(frame.Client.Database, new ArgumentList(frame.Arguments, frame.Count), AudienceOf(frame));
            }
        }

        if (_depth > 0) return;
        _propagation.EndUnit();
        if ((frame.Flags & CallFlags.Deferred) != 0) _aftermath.Run(frame.Command);
        if (!Blocking.HasReady) return;
        if (_timed is not null) CloseTiming(null); // their time is not that of the command which woke them
        Blocking.Serve();
    }

    /// <inheritdoc/>
    public override void Announce(CommandFrame frame)
    {
        if (Observers.WantExactTimes) Observers.Announce(frame);
    }

    /// <inheritdoc/>
    public override void RunQueue(CommandFrame outer, CommandQueue queue)
    {
        if (IsTooDeep)
        {
            outer.Reply.Error("ERR too many nested calls"u8);
            return;
        }

        _queueRun.Run(outer, queue);
    }

    /// <summary>Whether no further command may run in the present one.</summary>
    internal bool IsTooDeep => _depth == NestingMax;

    /// <summary>The writer of replies that nobody gets.</summary>
    internal ReplyWriter Discarded => _discard;

    /// <summary>The command whose calls are being timed, or null.</summary>
    internal Command? Timed => _timed;

    /// <summary>Whether somebody must be asked or told about each command that a client runs from within another one.</summary>
    internal bool IsWatched(Client client) => HasInterceptors || IsGuarded || client.Followers is not null;

    /// <summary>The frame of a command within the running one.</summary>
    internal CommandFrame Enter() => _frames[_depth++];

    /// <summary>That frame is free again.</summary>
    internal void Leave() => _depth--;

    /// <summary>Runs a prepared frame that nobody else wants to see, by its own time.</summary>
    internal void RunAlone(CommandFrame frame)
    {
        Command command = frame.Command;
        long since = Stopwatch.GetTimestamp();
        Invoke(frame);
        long nanoseconds = Nanoseconds(Stopwatch.GetTimestamp() - since);
        if (frame.Reply.Errors != 0) CountErrors(frame.Reply, command);
        Record(command, 1, nanoseconds);
        if (nanoseconds >= Observers.ThresholdNanoseconds) Observers.Tell(frame, nanoseconds);
    }

    private static long Nanoseconds(long ticks)
        => Stopwatch.Frequency == 1_000_000_000 ? ticks : (long)(ticks * (1e9 / Stopwatch.Frequency));

    /// <summary>Runs a prepared frame past the interceptors that concern every client.</summary>
    internal void RunWatched(CommandFrame frame) => RunIntercepted(frame, _beforeAll);

    // The end of one command is the beginning of the next: one look at the clock for both, before the frame is used for the next one.
    internal void RunTimed(CommandFrame frame)
    {
        Command command = frame.Command;
        if (command != _timed || _timedCalls >= TimedTogetherMax) CloseTiming(command);
        _timedCalls++;
        Invoke(frame);
        if (frame.Reply.Errors != 0) CountErrors(frame.Reply, command);
    }

    /// <summary>Hands effects outside a command to the stream, and serves clients that wait for what changed.</summary>
    public void EndOfIteration()
    {
        _propagation.EndUnit();
        if (Blocking.HasReady) Blocking.Serve();
        _propagation.EndBatch();
    }

    /// <inheritdoc/>
    public override void Changed(CommandFrame frame, KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> eventName, int dirty)
    {
        frame.Dirty += dirty;
        if (_observers.Interest == KeyInterest.None && Blocking.Count == 0) return;
        Tell(frame.Database, key, eventClass, eventName, true, frame.Client);
    }

    /// <inheritdoc/>
    public override void ChangedIn(
        CommandFrame frame, Database database, KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> eventName, int dirty)
    {
        frame.Dirty += dirty;
        Tell(database, key, eventClass, eventName, true, frame.Client);
    }

    /// <inheritdoc/>
    public override void Notify(CommandFrame frame, KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> eventName)
        => Tell(frame.Database, key, eventClass, eventName, false, frame.Client);

    /// <summary>Tells observers and blocked clients what happened to a key.</summary>
    public void Tell(Database database, KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> name, bool modified, Client? client)
    {
        if (modified && Blocking.Count > 0) Blocking.KeyChanged(database.Index, key);
        if (_observers.Interest == KeyInterest.None) return;
        var happened = new KeyEvent(database, key, eventClass, name, modified, client);
        _observers.Happened(happened);
    }

    /// <inheritdoc/>
    public override void BlockOnKeys(CommandFrame frame, ReadOnlySpan<int> keys, long timeoutMs, BlockOptions options)
    {
        Invariant.Check((frame.Flags & (CallFlags.DenyBlocking | CallFlags.TimedOut)) == 0, "a call that may not block tried to");
        frame.Flags |= CallFlags.Blocked;
        Blocking.Add(frame, keys, timeoutMs, options);
    }

    private static EffectAudience AudienceOf(CommandFrame frame)
    {
        EffectAudience audience = EffectAudience.All;
        bool isMessage = frame.Dirty == 0 && (frame.Flags & CallFlags.ReplicasOnly) != 0;
        if (isMessage || (frame.Flags & CallFlags.NotToLogs) != 0) audience &= ~EffectAudience.Logs;
        if ((frame.Flags & CallFlags.NotToReplicas) != 0) audience &= ~EffectAudience.Replicas;
        return audience;
    }

    /// <inheritdoc/>
    public override EffectBuilder Effect(CommandFrame frame)
    {
        frame.Flags |= CallFlags.PropagationStated;
        return _propagation.Append(frame.Client.Database, AudienceOf(frame));
    }
}
