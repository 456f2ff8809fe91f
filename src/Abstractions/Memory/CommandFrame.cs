using System.Runtime.CompilerServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>
/// What stands behind <see cref="CommandContext"/>: filled by the server before each execution, one object for all executions at a
/// level.
/// </summary>
internal sealed unsafe class CommandFrame
{
    public Argument* Arguments;
    public int Count;
    public Command Command = null!;
    public Client Client = null!;
    public ReplyWriter Reply = null!;
    public Database Database = null!;
    public IServer Server = null!;
    public CommandServices Services = null!;
    public long NowMs;

    /// <summary>Changes made by this execution; what "dirty" counts.</summary>
    public long Dirty;
    public CallFlags Flags;

    // Bits of redacted arguments; of this execution only when the flag says so.
    private ulong[] _redacted = [];

    public ArgumentList All => new(Arguments, Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Argument(int index)
    {
        if ((uint)index >= (uint)Count) Invariant.Fail("argument index out of range");
        return Arguments[index].Span;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public KeyRef Key(int index)
    {
        if ((uint)index >= (uint)Count) Invariant.Fail("argument index out of range");
        Argument* a = Arguments + index;
        ulong hash = a->Hash;
        if (hash == 0) hash = KeyHash.Compute(a->Bytes, a->Length);
        return new KeyRef(a->Bytes, a->Length, hash);
    }

    public void Redact(int index)
    {
        if ((uint)index >= (uint)Count) Invariant.Fail("argument index out of range");
        if ((Flags & CallFlags.Redacted) == 0) Array.Clear(_redacted);
        Flags |= CallFlags.Redacted;
        if (index >> 6 >= _redacted.Length) Array.Resize(ref _redacted, (Count + 63) >> 6);
        _redacted[index >> 6] |= 1UL << (index & 63);
    }

    public bool IsRedacted(int index)
        => (Flags & CallFlags.Redacted) != 0 && index >> 6 < _redacted.Length && (_redacted[index >> 6] & (1UL << (index & 63))) != 0;

    public OwnedBytes Take(int index)
    {
        Argument* a = Arguments + index;
        if (a->Owned == 0) return default;
        a->Owned = 0;
        return new OwnedBytes(a->Bytes, a->Length, a->Length + (long)BigArgument.Slack);
    }
}

/// <summary>Limits of arguments that are received into a block of their own.</summary>
internal static class BigArgument
{
    /// <summary>Bulk strings of at least this many bytes get their own block.</summary>
    public const int Threshold = 64 * 1024;

    /// <summary>Bytes behind the argument in its block: the line end, and room to read over.</summary>
    public const int Slack = 16;
}

/// <summary>Facts about one execution.</summary>
[Flags]
internal enum CallFlags
{
    None = 0,

    /// <summary>The effects were stated by the command; do not propagate it verbatim.</summary>
    PropagationStated = 2,
    Blocked = 4,

    /// <summary>A blocked command that runs again because its keys changed.</summary>
    Retry = 8,

    /// <summary>A blocked command that runs a last time because its time is up.</summary>
    TimedOut = 16,

    /// <summary>Blocking is not possible here: MULTI, scripts, module calls.</summary>
    DenyBlocking = 32,

    /// <summary>Propagate though nothing was counted as changed.</summary>
    ForcePropagation = 128,

    /// <summary>With <see cref="ForcePropagation"/>: nothing for a log of the data.</summary>
    ReplicasOnly = 1024,

    /// <summary>Some arguments are secrets.</summary>
    Redacted = 2048,

    /// <summary>Runs from a client's queue: inside EXEC.</summary>
    Queued = 512,

    /// <summary>Something waits for the end of this command.</summary>
    Deferred = 4096,

    /// <summary>Effects are not for logs of the data.</summary>
    NotToLogs = 8192,

    /// <summary>Effects are not for replicas.</summary>
    NotToReplicas = 16384,

    /// <summary>Memory was above its limit when the outermost command began.</summary>
    Full = 32768,

    /// <summary>Comes from the server itself or a trusted stream: no authentication, ACL or memory checks.</summary>
    Trusted = 256,
}

/// <summary>What a running command may ask of the server.</summary>
internal abstract class CommandServices
{
    public abstract void Changed(CommandFrame frame, KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> eventName, int dirty);
    public abstract void ChangedIn(
        CommandFrame frame, Database database, KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> eventName, int dirty);
    public abstract void Notify(CommandFrame frame, KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> eventName);
    public abstract void BlockOnKeys(CommandFrame frame, ReadOnlySpan<int> keys, long timeoutMs, BlockOptions options);
    public abstract EffectBuilder Effect(CommandFrame frame);
    public abstract void Announce(CommandFrame frame);
    public abstract void RunQueue(CommandFrame frame, CommandQueue queue);
}
