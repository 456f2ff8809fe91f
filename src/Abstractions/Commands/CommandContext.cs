using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions;

/// <summary>One execution of a command: its arguments, client, database and reply. Lives on the stack; nothing in it may be kept.</summary>
public readonly ref struct CommandContext
{
    private readonly CommandFrame _frame;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal CommandContext(CommandFrame frame) => _frame = frame;

    internal CommandFrame Frame => _frame;

    /// <summary>Number of arguments, the command's name included.</summary>
    public int ArgumentCount => _frame.Count;

    /// <summary>All arguments.</summary>
    public ArgumentList Arguments => _frame.All;

    /// <summary>The bytes of an argument; 0 is the command's name. Borrowed for this call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Argument(int index) => _frame.Argument(index);

    /// <summary>Whether the argument exists and equals <paramref name="word"/> (lower case), ignoring case.</summary>
    public bool ArgumentIs(int index, ReadOnlySpan<byte> word)
        => index < _frame.Count && Words.EqualsIgnoreCase(_frame.Argument(index), word);

    /// <summary>The argument as a key, with its hash (computed ahead where the key specs name it).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public KeyRef Key(int index) => _frame.Key(index);

    /// <summary>
    /// Takes over the block of a large argument, if it has one of its own; the argument's bytes stay readable until the value changes.
    /// </summary>
    public OwnedBytes TakeArgument(int index) => _frame.Take(index);

    /// <summary>The reply under construction.</summary>
    public ReplyWriter Reply
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _frame.Reply;
    }

    /// <summary>The database that the client has selected.</summary>
    public Database Keys
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _frame.Database;
    }

    /// <summary>Who asked. Calls by modules and scripts have a client too.</summary>
    public Client Client => _frame.Client;

    /// <summary>The command that is running.</summary>
    public Command Command => _frame.Command;

    /// <summary>The server's services.</summary>
    public IServer Server => _frame.Server;

    /// <summary>Unix time in milliseconds; does not move during a command.</summary>
    public long NowMs => _frame.NowMs;

    /// <summary>Whether this is a blocked command that runs again because one of its keys was written.</summary>
    public bool IsRetry => (_frame.Flags & CallFlags.Retry) != 0;

    /// <summary>
    /// Argument index of the key for which a blocked command runs again (<see cref="IsRetry"/>); 0 otherwise. Redis serves a client from
    /// that key, whatever has become of the others: one that holds another type meanwhile is no error. A command that finds nothing under
    /// it calls <see cref="BlockOnKeys"/> again and keeps its place.
    /// </summary>
    public int ReadyKey => _frame.Client.ReadyKey;

    /// <summary>Whether this is a blocked command's last run: its time is up, it must reply and may not block.</summary>
    public bool IsTimedOut => (_frame.Flags & CallFlags.TimedOut) != 0;

    /// <summary>Whether the call may not block: inside MULTI, a script or a module's call. Reply as if the time were up.</summary>
    public bool MayNotBlock => (_frame.Flags & CallFlags.DenyBlocking) != 0;

    /// <summary>Whether the command was queued and runs now, inside EXEC.</summary>
    public bool IsFromQueue => (_frame.Flags & CallFlags.Queued) != 0;

    /// <summary>Whether the call has parked its client (<see cref="BlockOnKeys"/>): it will run again.</summary>
    public bool HasBlocked => (_frame.Flags & CallFlags.Blocked) != 0;

    /// <summary>States that an argument is a secret: observers of commands (SLOWLOG, MONITOR …) do not show it.</summary>
    /// <remarks>Call it before anything that may fail: a refused password is one all the same.</remarks>
    public void Redact(int index) => _frame.Redact(index);

    /// <summary>Whether the argument was stated to be a secret.</summary>
    public bool IsRedacted(int index) => _frame.IsRedacted(index);

    /// <summary>
    /// States a change of a key: raises <paramref name="dirty"/>, tells WATCH, tracking and blocked clients, and sends the event.
    /// Call it once per changed key and only when something changed: a no-op write must stay invisible.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="eventClass">Class of the notification.</param>
    /// <param name="eventName">Name of the notification, e.g. "set"u8.</param>
    /// <param name="dirty">Number of changes counted.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Changed(KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> eventName, int dirty = 1)
        => _frame.Services.Changed(_frame, key, eventClass, eventName, dirty);

    /// <summary>States a change of a key of another database than the selected one (MOVE, COPY … DB).</summary>
    public void Changed(Database database, KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> eventName, int dirty = 1)
        => _frame.Services.ChangedIn(_frame, database, key, eventClass, eventName, dirty);

    /// <summary>Sends an event without counting a change.</summary>
    public void Notify(KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> eventName)
        => _frame.Services.Notify(_frame, key, eventClass, eventName);

    /// <summary>Counts changes that belong to no key (FLUSHALL).</summary>
    public void CountDirty(long changes) => _frame.Dirty += changes;

    /// <summary>
    /// Propagates what is built with the result instead of the command as it came (SPOP → SREM). Several calls propagate several commands,
    /// in order. Only effects stated during a call that changed something are sent.
    /// </summary>
    public EffectBuilder PropagateAs() => _frame.Services.Effect(_frame);

    /// <summary>Propagates nothing for this call.</summary>
    public void SuppressPropagation() => _frame.Flags |= CallFlags.PropagationStated;

    /// <summary>Propagates the call even though it changed no key.</summary>
    public void ForcePropagation() => _frame.Flags |= CallFlags.ForcePropagation;

    /// <summary>
    /// Propagates the call to replicas only, though it changed no key: a message, which a log of the data need not repeat.
    /// </summary>
    public void PropagateToReplicas() => _frame.Flags |= CallFlags.ForcePropagation | CallFlags.ReplicasOnly;

    /// <summary>
    /// Shows the command to observers before the commands that it is going to call (<see cref="CommandObserver.Announced"/>), so that it
    /// stands in front of them. Costs nothing while nobody watches every command.
    /// </summary>
    public void Announce() => _frame.Services.Announce(_frame);

    /// <summary>
    /// Runs queued commands as the calling client and replies an array of their replies: EXEC. They run without the kernel's checks, which
    /// they passed when they were queued; interceptors are asked again, but for those that concern gated clients only.
    /// </summary>
    /// <param name="queue">Stays as it is; must not be changed meanwhile.</param>
    public void RunQueue(CommandQueue queue) => _frame.Services.RunQueue(_frame, queue);

    /// <summary>Refuses the command: writes the error, or leaves that to the command's own <see cref="CommandSpec.Refused"/>.</summary>
    /// <remarks>For interceptors, which then return <see cref="Verdict.Rejected"/>.</remarks>
    public void Refuse(ReadOnlySpan<byte> error) => _frame.Command.Refuse(_frame.Client, error, _frame.Reply);

    /// <summary>
    /// Parks the client until one of the keys is written, or the time is up. The handler must return without a reply; it is called again,
    /// with the same arguments, with <see cref="IsRetry"/> or <see cref="IsTimedOut"/> set. Clients are served in the order in which
    /// they blocked.
    /// </summary>
    /// <param name="keys">Argument indices of the keys.</param>
    /// <param name="timeoutMs">Milliseconds from the first call; 0: without end.</param>
    /// <param name="options">What else wakes it.</param>
    /// <exception cref="InvariantException"><see cref="MayNotBlock"/> is set.</exception>
    public void BlockOnKeys(ReadOnlySpan<int> keys, long timeoutMs, BlockOptions options = BlockOptions.None)
        => _frame.Services.BlockOnKeys(_frame, keys, timeoutMs, options);
}

/// <summary>What else wakes a blocked command.</summary>
[Flags]
public enum BlockOptions
{
    /// <summary>Only writes that create or extend the key.</summary>
    None = 0,

    /// <summary>Deletion and change of type wake it too (XREADGROUP).</summary>
    WakeOnDelete = 1,

    /// <summary>Waits for no key, only for the time or for <see cref="Client.Unblock"/> by its module (WAIT).</summary>
    NoKeys = 2,
}
