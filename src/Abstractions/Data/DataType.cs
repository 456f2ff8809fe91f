namespace ModularKv.Abstractions;

/// <summary>
/// A type of value. The value's bytes stand in the keyspace next to the key; a small value lives there whole, a large one keeps a pointer
/// or number there and owns memory elsewhere (<see cref="OwnsMemory"/>). Persisted and replicated by name, never by number.
/// </summary>
public abstract class DataType
{
    /// <summary>Number while registered, 1-63; 0: not registered.</summary>
    internal int Id { get; set; }

    /// <summary>
    /// Unique name as TYPE replies it: "string", "hash", …; nine characters of [A-Za-z0-9_-] for types of third parties, as Redis
    /// demands.
    /// </summary>
    public abstract string Name { get; }

    /// <summary>What OBJECT ENCODING replies.</summary>
    public abstract string EncodingOf(Entry value);

    /// <summary>
    /// Whether some values own memory outside their record, so that <see cref="Free"/> and <see cref="Duplicate"/> must be called.
    /// </summary>
    public virtual bool OwnsMemory => false;

    /// <summary>Gives back what the value owns outside its record. Called exactly once per value, before its record goes.</summary>
    public virtual void Free(Entry value)
    {
    }

    /// <summary>
    /// Number of pieces that freeing takes, each about a tenth of a microsecond. Above 64 UNLINK frees later, above 4096 everything does,
    /// by calling <see cref="FreeSome"/>.
    /// </summary>
    public virtual long FreeEffort(Entry value) => 1;

    /// <summary>Frees about <paramref name="pieces"/> pieces of a value that is no longer reachable.</summary>
    /// <param name="value">The record's former value bytes.</param>
    /// <param name="pieces">How many pieces at most.</param>
    /// <returns>True when all is freed.</returns>
    public virtual bool FreeSome(Entry value, int pieces)
    {
        Free(value);
        return true;
    }

    /// <summary>Makes <paramref name="copy"/>, whose bytes were copied from <paramref name="source"/>, independent of it (COPY).</summary>
    public virtual void Duplicate(Entry source, Entry copy)
    {
    }

    /// <summary>Bytes that the value owns outside its record. <paramref name="samples"/>: elements to look at, 0 for all.</summary>
    public virtual long MemoryUsage(Entry value, int samples) => 0;

    /// <summary>
    /// Asks the processor for what a command will look at inside a large value, while other commands of the batch still run. A hint: it
    /// changes nothing, waits for nothing, and does nothing for a value that stands in its record.
    /// </summary>
    /// <param name="value">The value. Only of types with <see cref="OwnsMemory"/>.</param>
    /// <param name="elementHash">
    /// <see cref="Memory.KeyHash"/> of the argument that <see cref="CommandSpec.ElementArgument"/> names; the handler finds it in
    /// <c>call.Key(index).Hash</c>.
    /// </param>
    public virtual void Prefetch(Entry value, ulong elementHash)
    {
    }

    /// <summary>
    /// Statistics of the value's hash table, lines as DEBUG HTSTATS-KEY prints them; null: the value is not represented by one.
    /// </summary>
    public virtual string? TableStatistics(Entry value) => null;

    /// <summary>What DEBUG OBJECT adds about the value's structure: <c>name:value</c> pairs with spaces between; empty: nothing.</summary>
    public virtual string DebugDetails(Entry value) => "";

    /// <summary>Feeds the value into a digest (DEBUG DIGEST): equal data gives equal digests on any server.</summary>
    public abstract void Digest(Entry value, DigestBuilder digest);

    /// <summary>
    /// RDB type bytes that <see cref="Load"/> reads. Empty for types of third parties, which are stored under their name.
    /// </summary>
    public virtual ReadOnlySpan<byte> RdbTypes => default;

    /// <summary>
    /// Whether it only keeps the bytes of values whose own type is not there. It gives its name up when that one is registered; the
    /// values that there are stay with it until the data set is loaded again.
    /// </summary>
    public virtual bool IsStandIn => false;

    /// <summary>Version of what <see cref="Save"/> writes for types of third parties, 0-1023.</summary>
    public virtual int Version => 0;

    /// <summary>
    /// Writes the value. Runs on the loop: copy raw bytes, leave formatting to the writer's other end. May be called several times for a
    /// large value, with <paramref name="position"/> as it was left by the call before.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="writer">Where to; its first item is the RDB type for types that have one.</param>
    /// <param name="position">0 at first; for the type's own use.</param>
    /// <returns>True when the value is written whole.</returns>
    public abstract bool Save(Entry value, ValueWriter writer, ref ulong position);

    /// <summary>Reads a value that <see cref="Save"/> (or a Redis server) wrote and puts it under the key, which must not exist.</summary>
    /// <param name="reader">The value.</param>
    /// <param name="rdbType">Its RDB type byte; for types of third parties the version it was written with.</param>
    /// <param name="database">Where to put it.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="ValueFormatException">The bytes make no value: nothing was put.</exception>
    public abstract Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key);

    /// <summary>
    /// Moves what the value owns to fuller pages where <see cref="Memory.MemoryOwner"/> says that it pays; about <paramref
    /// name="pieces"/> pieces.
    /// </summary>
    /// <returns>True when the whole value was looked at.</returns>
    public virtual bool Defragment(Entry value, ref ulong position, int pieces) => true;

    /// <summary>Writes commands that rebuild the value, for append-only files without preamble.</summary>
    public abstract void Rewrite(Entry value, ICommandSink commands);

    /// <summary>
    /// The same for a large value in several calls, as <see cref="Save"/>: some 64 KB a call, so that the loop goes on in between.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="commands">Where to.</param>
    /// <param name="position">0 at first; for the type's own use.</param>
    /// <returns>True when the value is written whole.</returns>
    public virtual bool Rewrite(Entry value, ICommandSink commands, ref ulong position)
    {
        Rewrite(value, commands);
        return true;
    }
}

/// <summary>Receives the commands that rebuild a key.</summary>
public interface ICommandSink
{
    /// <summary>Starts a command of <paramref name="arguments"/> arguments.</summary>
    void Begin(int arguments);

    /// <summary>Adds an argument.</summary>
    void Argument(ReadOnlySpan<byte> bytes);
}

/// <summary>The bytes make no value. The message names what is wrong, and where.</summary>
public sealed class ValueFormatException(string message) : Exception(message)
{
    /// <summary>
    /// Whether the bytes are well-formed, and read to their end, but hold no element: files of servers with a known mistake have such
    /// keys, and loading leaves them out.
    /// </summary>
    public bool IsEmpty { get; init; }
}

/// <summary>The registered types.</summary>
public interface IDataTypes
{
    /// <summary>The type of that name, or null.</summary>
    DataType? Find(string name);

    /// <summary>The type of an entry's value.</summary>
    DataType Of(Entry entry);

    /// <summary>The registered object of class <typeparamref name="T"/>, or null.</summary>
    T? Find<T>() where T : DataType;

    /// <summary>All types.</summary>
    IEnumerable<DataType> All { get; }

    /// <summary>Number of keys that hold the type.</summary>
    long KeysOf(DataType type);
}
