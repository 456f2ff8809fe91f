namespace ModularKv.Abstractions;

/// <summary>Point-in-time walks over the whole keyspace, without fork.</summary>
public interface ISnapshots
{
    /// <summary>
    /// Whether a walk is under way, or what it gave is still being written (<see cref="SnapshotConsumer.IsWriting"/>). There is at most
    /// one at a time.
    /// </summary>
    bool Active { get; }

    /// <summary>
    /// Starts a walk. What the consumer gets is the data set as it is now, each key exactly once, whatever is written meanwhile.
    /// </summary>
    /// <exception cref="InvariantException">A walk is under way.</exception>
    ISnapshot Start(SnapshotConsumer consumer);

    /// <summary>
    /// Brings what is under way to its end at once, holding the loop, so that another snapshot can start (SAVE while an append-only file is
    /// rewritten). Its consumer's end is told before this returns.
    /// </summary>
    /// <returns>False: the consumer cannot do that; it goes on as before.</returns>
    bool TryComplete() => !Active;
}

/// <summary>A walk under way.</summary>
public interface ISnapshot
{
    /// <summary>Keys handed over so far.</summary>
    long KeysDone { get; }

    /// <summary>Keys that there were at the start.</summary>
    long KeysTotal { get; }

    /// <summary>
    /// Goes on to the end at once, holding the loop (SAVE). The consumer must be <see cref="SnapshotConsumer.Ready"/> all the time.
    /// </summary>
    void Complete();

    /// <summary>Ends the walk; the consumer is told <see cref="SnapshotConsumer.Ended"/> with an error.</summary>
    void Cancel(string reason);
}

/// <summary>
/// Takes a walk's chunks. All members are called on the loop thread; a consumer that formats and writes hands chunks to a thread of its
/// own through a bounded queue and says in <see cref="Ready"/> whether there is room.
/// </summary>
public abstract class SnapshotConsumer
{
    /// <summary>
    /// Whether another chunk may come. While false the walk rests; only values saved because they are about to change still come.
    /// </summary>
    public abstract bool Ready { get; }

    /// <summary>
    /// Whether values come as the commands that rebuild them (<see cref="DataType.Rewrite(Entry, ICommandSink, ref ulong)"/>) instead of as
    /// their type saves them: for each command <see cref="ValueReader.Length"/> with the number of its arguments, and the arguments as
    /// strings. Strings come as saved all the same. Read when the walk starts.
    /// </summary>
    public virtual bool WantsCommands => false;

    /// <summary><see cref="ValueWriter.RdbVersion"/> of the values. Read when the walk starts.</summary>
    public virtual int RdbVersion => ValueWriter.RdbVersionDefault;

    /// <summary>
    /// Whether it still writes what it got, after the walk has ended: no other walk should start until it has done, as none does while
    /// Redis has a child.
    /// </summary>
    public virtual bool IsWriting => false;

    /// <summary>
    /// Completes the walk and what is written of it, holding the loop; afterwards neither is under way. False: this consumer cannot.
    /// </summary>
    public virtual bool TryComplete() => false;

    /// <summary>A chunk of entries. Ownership passes to the consumer, which disposes it (on any thread).</summary>
    public abstract void Take(SnapshotChunk chunk);

    /// <summary>The walk is over: complete (null), or why it is not.</summary>
    public abstract void Ended(string? error);
}

/// <summary>Some entries of a snapshot, in off-heap memory. Read it on any one thread, then dispose it.</summary>
public abstract class SnapshotChunk : IDisposable
{
    /// <summary>Number of entries in it.</summary>
    public abstract int Count { get; }

    /// <summary>Bytes it holds.</summary>
    public abstract long Bytes { get; }

    /// <summary>Goes to the next entry. False: there is none.</summary>
    public abstract bool Read(out SnapshotEntry entry);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>One key of a snapshot. Borrowed until the next <see cref="SnapshotChunk.Read"/>.</summary>
public readonly ref struct SnapshotEntry
{
    /// <summary>Database number at the start of the walk.</summary>
    public required int Database { get; init; }

    /// <summary>Raw key.</summary>
    public required ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Name of the value's type.</summary>
    public required string Type { get; init; }

    /// <summary>Version of the value's form for types of third parties.</summary>
    public required int TypeVersion { get; init; }

    /// <summary>Unix milliseconds at which it expires; -1: never.</summary>
    public required long ExpireAtMs { get; init; }

    /// <summary>Seconds since the last access, or -1 where an LFU policy is set.</summary>
    public required long IdleSeconds { get; init; }

    /// <summary>LFU counter, or -1 where none is kept.</summary>
    public required int Frequency { get; init; }

    /// <summary>
    /// The value as its type saved it. A large value may be spread over several entries of one key: see <see cref="Continued"/>.
    /// </summary>
    public required ReadOnlySpan<byte> Items { get; init; }

    /// <summary>Whether the next entry continues this key's value.</summary>
    public required bool Continued { get; init; }

    /// <summary>A reader of <see cref="Items"/>. Allocates nothing when it is reused.</summary>
    public void OpenValue(Memory.ItemReader reader) => reader.Open(Items);
}
