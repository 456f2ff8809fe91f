using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions;

/// <summary>The server as a module sees it. Use it on the loop thread only, but for <see cref="IScheduler.Post"/>.</summary>
public interface IServer
{
    /// <summary>Time. The only clock a module may read.</summary>
    IClock Clock { get; }

    /// <summary>Randomness. The only source a module may read; seeded in tests.</summary>
    IRandom Random { get; }

    /// <summary>Timers, posting to the loop, background work.</summary>
    IScheduler Scheduler { get; }

    /// <summary>The databases.</summary>
    IDatabases Databases { get; }

    /// <summary>The command table.</summary>
    ICommandTable Commands { get; }

    /// <summary>The connected clients.</summary>
    IClients Clients { get; }

    /// <summary>The registered data types.</summary>
    IDataTypes Types { get; }

    /// <summary>The loaded modules.</summary>
    IModules Modules { get; }

    /// <summary>CONFIG GET, SET, REWRITE, RESETSTAT.</summary>
    IConfigurationControl Configuration { get; }

    /// <summary>Counters and gauges of the kernel.</summary>
    ServerStatistics Statistics { get; }

    /// <summary>Log lines in Redis's form.</summary>
    ILog Log { get; }

    /// <summary>INFO as text.</summary>
    IInfo Info { get; }

    /// <summary>Memory as the kernel counts it.</summary>
    IMemory Memory { get; }

    /// <summary>The stream of write effects.</summary>
    IPropagation Propagation { get; }

    /// <summary>Point-in-time walks over the keyspace.</summary>
    ISnapshots Snapshots { get; }

    /// <summary>The data set's files.</summary>
    IFiles Files { get; }

    /// <summary>The state of loading a data set.</summary>
    ILoading Loading { get; }

    /// <summary>Serving clients while long work holds the loop.</summary>
    ILongWork LongWork { get; }

    /// <summary>Refusing writes.</summary>
    IWriteGate Writes { get; }

    /// <summary>Stopping the server.</summary>
    IShutdown Shutdown { get; }

    /// <summary>What DEBUG reaches into.</summary>
    IServerDebug Debug { get; }

    /// <summary>40 hexadecimal digits, new at each start (INFO's run_id).</summary>
    string RunId { get; }

    /// <summary>The service that a module offered under <typeparamref name="T"/>, or null.</summary>
    T? Find<T>() where T : class;

    /// <summary>All services that modules offered under <typeparamref name="T"/>, the first one offered first.</summary>
    IReadOnlyList<T> FindAll<T>() where T : class;

    /// <summary>
    /// States a change that no command makes (a timer, an expiry): what <see cref="CommandContext.Changed(KeyRef, KeyEventClass,
    /// ReadOnlySpan{byte}, int)"/> is within one. What it means for the stream is stated with <see cref="Propagation"/>.
    /// </summary>
    void Changed(Database database, scoped in KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> eventName, int dirty = 1);

    /// <summary>
    /// The client whose command runs now, the first one where commands run others (EXEC, scripts, modules); null between commands.
    /// </summary>
    Client? CurrentClient { get; }

    /// <summary>
    /// Runs something as soon as the running command has ended and its reply is whole, the place to write messages to any client's
    /// output; at once when no command is running. Inside EXEC and scripts that is after those.
    /// </summary>
    void AfterCommand(Action run);

    /// <summary>
    /// Runs a command as <paramref name="asClient"/> (null: as the server itself, with all rights) and hands back its reply.
    /// </summary>
    /// <returns>The reply as RESP3 bytes; valid until the next call.</returns>
    /// <remarks>Goes through the interceptors; blocking commands do not block. Not reentrant deeper than 16 levels.</remarks>
    ReadOnlySpan<byte> Call(Client? asClient, int database, params scoped ReadOnlySpan<byte[]> arguments);

    /// <summary>Opens a stream of commands that the server runs for a client of its own. Dispose it when the stream ends.</summary>
    CommandFeed OpenFeed(FeedOptions options);

    /// <summary>Makes a caller, through which scripts run commands for who called them.</summary>
    CommandCaller CreateCaller();

    /// <summary>Whether a client's rights let it run a command; nothing is noted when they do not.</summary>
    /// <returns>Null: there is no such command, or its number of arguments is wrong.</returns>
    bool? MayCall(Client client, params scoped ReadOnlySpan<byte[]> arguments);
}

/// <summary>Wall and monotonic time; simulated in tests.</summary>
public interface IClock
{
    /// <summary>Unix time in milliseconds, UTC, as read at the start of the loop iteration (or command, where it took long).</summary>
    long UnixMs { get; }

    /// <summary>Unix time in microseconds, UTC, read now.</summary>
    long UnixMicros();

    /// <summary>Monotonic microseconds, read now.</summary>
    long MonotonicMicros();
}

/// <summary>Randomness for sampling and identifiers; not for secrets.</summary>
public interface IRandom
{
    /// <summary>64 uniform bits.</summary>
    ulong Next();

    /// <summary>Uniform in [0, <paramref name="bound"/>). <paramref name="bound"/> must be positive.</summary>
    long Next(long bound);
}

/// <summary>Work on the loop thread at another time, and off it.</summary>
public interface IScheduler
{
    /// <summary>Runs once after <paramref name="delayMs"/>. Dispose to cancel.</summary>
    IDisposable After(long delayMs, Action run);

    /// <summary>Runs every <paramref name="periodMs"/>. Dispose to stop.</summary>
    IDisposable Every(long periodMs, Action run);

    /// <summary>Runs soon on the loop thread. May be called from any thread; the only member that may.</summary>
    void Post(Action run);

    /// <summary>
    /// Runs <paramref name="work"/> on another thread and then <paramref name="done"/> on the loop thread with its error, or null.
    /// </summary>
    void Background(Action work, Action<Exception?> done);
}

/// <summary>Log lines, Redis's levels. Text is for people: name what happened, to what, and the next step.</summary>
public interface ILog
{
    /// <summary>Writes a line when <paramref name="level"/> is enabled.</summary>
    void Write(LogLevel level, string text);

    /// <summary>Written at loglevel debug.</summary>
    void Debug(string text) => Write(LogLevel.Debug, text);

    /// <summary>Written at loglevel verbose.</summary>
    void Verbose(string text) => Write(LogLevel.Verbose, text);

    /// <summary>Written at loglevel notice.</summary>
    void Notice(string text) => Write(LogLevel.Notice, text);

    /// <summary>Always written.</summary>
    void Warning(string text) => Write(LogLevel.Warning, text);
}

/// <summary>Redis's log levels, least important first.</summary>
public enum LogLevel
{
    /// <summary>Development.</summary>
    Debug,

    /// <summary>Rarely useful detail.</summary>
    Verbose,

    /// <summary>What an operator wants in production.</summary>
    Notice,

    /// <summary>Critical only.</summary>
    Warning,
}

/// <summary>INFO's text.</summary>
public interface IInfo
{
    /// <summary>The text of the named sections ("all", "everything", "default" included), sections separated by a blank line.</summary>
    string Render(IReadOnlyList<string> sections);
}

/// <summary>Memory accounting of the whole server.</summary>
public interface IMemory
{
    /// <summary>Exact bytes in use off-heap for keys, values, tables and client buffers, plus the managed heap's size at start.</summary>
    long UsedBytes { get; }

    /// <summary>The highest <see cref="UsedBytes"/> seen.</summary>
    long PeakBytes { get; }

    /// <summary><see cref="UsedBytes"/> right after start.</summary>
    long StartupBytes { get; }

    /// <summary>Bytes of the parts, by name: "keys", "tables", "clients", "managed", and "module.&lt;name&gt;".</summary>
    IReadOnlyDictionary<string, long> Breakdown();

    /// <summary>
    /// Bytes of <see cref="UsedBytes"/> that do not count against maxmemory, because making room would only add to them: buffers of what
    /// is written to disk or to replicas.
    /// </summary>
    long UncountedBytes { get; }

    /// <summary>Adds memory outside the keyspace that is used but does not count against maxmemory. Dispose to take it off.</summary>
    /// <param name="name">As in <see cref="Breakdown"/>, e.g. "aof.buffer".</param>
    /// <param name="bytes">Bytes in use; asked before each command that needs memory, so cheap.</param>
    IDisposable AddUncounted(string name, Func<long> bytes);

    /// <summary>Bytes that evacuation could give back.</summary>
    long FragmentedBytes { get; }

    /// <summary>Bytes taken from the operating system by the allocator.</summary>
    long CommittedBytes { get; }

    /// <summary>Gives empty pages back to the operating system now. Returns the bytes given back.</summary>
    long Purge();

    /// <summary>
    /// Frees large values that are deleted already and wait for their turn: for who needs memory now (eviction). Nothing waits: a few ns.
    /// </summary>
    /// <param name="micros">Time that it may take.</param>
    /// <returns>True while more of them wait.</returns>
    bool FreeWaiting(long micros);

    /// <summary>The heap for values that own memory outside their record.</summary>
    MemoryHeap Blocks { get; }

    /// <summary>
    /// Decides whether a command that may grow memory runs, when maxmemory is set. Null: it is refused with OOM above the limit.
    /// </summary>
    IMemoryPressure? Pressure { get; set; }
}

/// <summary>Makes room when maxmemory is reached: the eviction policy.</summary>
public interface IMemoryPressure
{
    /// <summary>
    /// Tries to bring memory down to <paramref name="limitBytes"/>. Called between commands and at the end of a loop iteration, while
    /// <see cref="IMemory.UsedBytes"/> is above.
    /// </summary>
    MemoryRelief MakeRoom(long limitBytes);

    /// <summary>
    /// Ends clients until their memory is within <see cref="IClients.MemoryBytesMax"/>. Called between commands and at the end of a loop
    /// iteration, while it is above.
    /// </summary>
    void CutClients();
}

/// <summary>How far making room came.</summary>
public enum MemoryRelief
{
    /// <summary>Memory is within the limit.</summary>
    Enough,

    /// <summary>It is not yet, time was up: commands run; it goes on before the loop waits.</summary>
    Unfinished,

    /// <summary>Nothing may go at present (loading, CLIENT PAUSE): commands run.</summary>
    Postponed,

    /// <summary>Nothing can go: commands flagged denyoom are refused with OOM.</summary>
    Impossible,
}

/// <summary>Stopping the server.</summary>
public interface IShutdown
{
    /// <summary>Starts stopping. Hooks run first; the reply goes to nobody when it succeeds.</summary>
    /// <returns>Null when the server is stopping, or why it is not.</returns>
    string? Request(ShutdownOptions options, Client? requestedBy);

    /// <summary>Takes back a shutdown that waits for its hooks. False when none is under way.</summary>
    bool Abort();

    /// <summary>
    /// Ends the process at once: no hooks, no replies. For who must not let a promise be broken, such as a log of acknowledged writes that
    /// the disk refuses. Log the reason first.
    /// </summary>
    void ExitNow(int code);

    /// <summary>Whether the server waits for hooks to finish.</summary>
    bool InProgress { get; }
}

/// <summary>SHUTDOWN's options.</summary>
[Flags]
public enum ShutdownOptions
{
    /// <summary>Save when save points are configured.</summary>
    None = 0,

    /// <summary>Save even if no save point is configured.</summary>
    Save = 1,

    /// <summary>Do not save.</summary>
    NoSave = 2,

    /// <summary>Do not wait for lagging replicas.</summary>
    Now = 4,

    /// <summary>Stop even when saving fails.</summary>
    Force = 8,

    /// <summary>Came from SIGTERM or SIGINT.</summary>
    Signal = 16,
}

/// <summary>Runs when the server is asked to stop.</summary>
/// <param name="options">As asked for.</param>
/// <returns>True: ready to stop. False: not yet, ask again at the next timer tick. Throw <see cref="ModuleException"/> to refuse
/// (unless Force).</returns>
public delegate bool ShutdownHook(ShutdownOptions options);

/// <summary>Switches that only DEBUG flips.</summary>
public interface IServerDebug
{
    /// <summary>The active expire cycle on or off.</summary>
    bool ActiveExpire { get; set; }

    /// <summary>Holds back lazy expiry on read too, as DEBUG SET-DISABLE-DENY-SCRIPTS and friends do.</summary>
    bool AllowAccessExpired { get; set; }

    /// <summary>Clients may be closed while they wait with replies (client eviction tests).</summary>
    bool PauseCron { get; set; }

    /// <summary>Blocks the loop for this long, as DEBUG SLEEP does.</summary>
    void Sleep(long micros);

    /// <summary>Statistics of a database's table as DEBUG HTSTATS prints them.</summary>
    string TableStatistics(int database);

    /// <summary>The 40 hexadecimal digits by which replicas know this data set (INFO's master_replid).</summary>
    string ReplicationId => new('0', 40);

    /// <summary>Changes the replication id (DEBUG CHANGE-REPL-ID).</summary>
    void ChangeReplicationId();

    /// <summary>Subcommands of DEBUG that modules have registered.</summary>
    IReadOnlyCollection<DebugSubcommand> Subcommands { get; }

    /// <summary>Runs a full garbage collection (INFO gc tests).</summary>
    void CollectGarbage();

    /// <summary>Ends the process as a bug of that kind would, with the report that the log gets then. Does not return.</summary>
    /// <param name="kind">What to look like.</param>
    /// <param name="text">What did not hold, or the message of the panic.</param>
    void Crash(CrashKind kind, string text);
}

/// <summary>Ways to end that nobody wants.</summary>
public enum CrashKind
{
    /// <summary>SIGSEGV.</summary>
    SegmentationFault,

    /// <summary>Something that must hold does not.</summary>
    Assertion,

    /// <summary>A state that must not be.</summary>
    Panic,
}
