using System.Net;

namespace ModularKv.Abstractions;

/// <summary>A connection, or a stand-in for one where modules and scripts call commands.</summary>
public abstract class Client
{
    private object?[] _slots = [];

    /// <summary>Unique while the server runs, rising.</summary>
    public long Id { get; internal set; }

    /// <summary>Set by CLIENT SETNAME; empty: none.</summary>
    public string Name { get; set; } = "";

    /// <summary>Set by CLIENT SETINFO.</summary>
    public string LibraryName { get; set; } = "";

    /// <summary>Set by CLIENT SETINFO.</summary>
    public string LibraryVersion { get; set; } = "";

    /// <summary>"ip:port" or the unix socket's path and ":0".</summary>
    public string Address { get; internal set; } = "";

    /// <summary>The server's end.</summary>
    public string LocalAddress { get; internal set; } = "";

    /// <summary>File descriptor; -1: none.</summary>
    public int Descriptor { get; internal set; } = -1;

    /// <summary>Whether the peer is on this machine (loopback or unix socket).</summary>
    public bool IsLocal { get; internal set; }

    /// <summary>Selected database.</summary>
    public int Database { get; internal set; }

    /// <summary>Changes the selected database. False: there is no such number.</summary>
    public abstract bool Select(int index);

    /// <summary>RESP version, 2 or 3.</summary>
    public int Protocol => Output.Protocol;

    /// <summary>Switches the RESP version for what is written from now on.</summary>
    public void SetProtocol(int version)
    {
        Output.Protocol = version;
        UpdateGate();
    }

    /// <summary>
    /// Replies to this client. Other clients' commands may write push messages to it; call <see cref="FlushLater"/> then.
    /// </summary>
    public ReplyWriter Output { get; internal set; } = null!;

    /// <summary>Sends what was written at the end of the batch.</summary>
    public abstract void FlushLater();

    /// <summary>The user it is authenticated as.</summary>
    public string User { get; set; } = "default";

    /// <summary>Whether it may run commands that need authentication.</summary>
    public bool IsAuthenticated
    {
        get;
        set
        {
            field = value;
            UpdateGate();
        }
    }

    /// <summary>
    /// What it may do; null: everything. The server asks before each of its commands, also before those that run from its queue or that
    /// modules call for it. Set by the module that provides <see cref="IAuthenticator"/>.
    /// </summary>
    public ClientRights? Rights
    {
        get;
        set
        {
            field = value;
            UpdateGate();
        }
    }

    /// <summary>State flags.</summary>
    public ClientFlags Flags
    {
        get;
        set
        {
            field = value;
            UpdateGate();
        }
    }

    /// <summary>
    /// Whether its next command needs more than the short way: not authenticated, replies off, blocked, closing, inside MULTI …
    /// </summary>
    internal bool Gate { get; private set; } = true;

    /// <summary>Whether it is closed: nothing is executed or written for it any more.</summary>
    internal bool IsClosed { get; set; }

    /// <summary>The name under which <see cref="NamedCommand"/> was asked for, as it came, of at most eight bytes.</summary>
    internal ulong NamedKey { get; private set; }

    /// <summary>Length of that name, bytes.</summary>
    internal int NamedLength { get; private set; }

    /// <summary>The command found for the last name, so that a run of the same command is looked up once.</summary>
    internal Command? NamedCommand { get; private set; }

    internal void RememberCommand(ulong key, int length, Command? command)
    {
        NamedKey = key;
        NamedLength = length;
        NamedCommand = command;
    }

    private const ClientFlags GateFlags = ClientFlags.ReplyOff | ClientFlags.ReplySkip | ClientFlags.ReplySkipNext | ClientFlags.Multi
        | ClientFlags.NoTouch | ClientFlags.CloseAfterReply | ClientFlags.CloseNow | ClientFlags.Internal | ClientFlags.Asking
        | ClientFlags.Monitor;

    /// <summary>Whether <see cref="Gate"/> is up for its rights only: once they allow a command, it may go the short way.</summary>
    internal bool IsLimited { get; private set; }

    internal void UpdateGate()
    {
        bool isSpecial = !IsAuthenticated || (Flags & GateFlags) != 0 || IsBlocked || IsPostponed || IsClosed || IsRestricted
            || Followers is not null;
        IsLimited = !isSpecial && Rights is not null;
        Gate = isSpecial || IsLimited;
    }

    // A RESP2 subscriber reads messages, so that few commands may answer it; in RESP3 it is a client like any other.
    private bool IsRestricted => (Flags & ClientFlags.PubSub) != 0 && Output is { Protocol: 2 };

    /// <summary>Those who are told of each of its commands; null: nobody. Replaced, never changed.</summary>
    internal CommandInterceptor[]? Followers { get; private set; }

    /// <summary>
    /// Lets an interceptor of the module's own be told of this client's commands (<see cref="CommandInterceptor.After"/> and
    /// <see cref="CommandInterceptor.Completed"/>), those of its transactions and scripts included. Costs other clients nothing.
    /// </summary>
    /// <param name="interceptor">Registered by <see cref="IModuleRegistry.Intercept"/>; a second time changes nothing.</param>
    public void Follow(CommandInterceptor interceptor)
    {
        if (Followers is not null && Array.IndexOf(Followers, interceptor) >= 0) return;
        Followers = [.. Followers ?? [], interceptor];
        UpdateGate();
    }

    /// <summary>Ends <see cref="Follow"/>.</summary>
    public void Unfollow(CommandInterceptor interceptor)
    {
        if (Followers is null || Array.IndexOf(Followers, interceptor) < 0) return;
        Followers = Followers.Length == 1 ? null : [.. Followers.Where(other => other != interceptor)];
        UpdateGate();
    }

    /// <summary>Keeps a command that cannot run now, to be taken up before anything else the client sent. Copies the arguments.</summary>
    internal abstract void Postpone(ArgumentList arguments);

    /// <summary>Whether commands wait until a pause or a block ends.</summary>
    public bool IsPostponed
    {
        get;
        internal set
        {
            field = value;
            UpdateGate();
        }
    }

    /// <summary>Goes on with what was postponed, at the end of this iteration.</summary>
    internal abstract void ResumeLater();

    /// <summary>Unix time in milliseconds at which it connected.</summary>
    public long ConnectedAtMs { get; internal set; }

    /// <summary>Unix time in milliseconds of its last command.</summary>
    public long LastActiveMs { get; internal set; }

    /// <summary>The last command it ran, or null.</summary>
    public Command? LastCommand { get; internal set; }

    /// <summary>Commands it ran.</summary>
    public long CommandsRun { get; internal set; }

    /// <summary>Bytes received.</summary>
    public long BytesReceived { get; internal set; }

    /// <summary>Bytes sent.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>Bytes of commands received and not yet executed.</summary>
    public abstract long QueryBufferBytes { get; }

    /// <summary>Bytes free in that buffer.</summary>
    public abstract long QueryBufferFree { get; }

    /// <summary>All bytes the connection takes: buffers in both directions, queued commands, what modules keep with it.</summary>
    public abstract long MemoryBytes { get; }

    /// <summary>Bytes that modules keep for the client outside its buffers (watched keys, subscriptions); each adds its own.</summary>
    public long StateBytes { get; set; }

    /// <summary>Whether it is blocked on keys or time.</summary>
    public bool IsBlocked
    {
        get;
        internal set
        {
            field = value;
            UpdateGate();
        }
    }

    /// <summary>Ends the connection: at once, or after what is written was sent.</summary>
    public abstract void Close(bool afterReplies = false);

    /// <summary>What the client is blocked on; for the server.</summary>
    internal object? Blocked { get; set; }

    /// <summary>Argument index of the key that a blocked command runs again for; 0: none.</summary>
    internal int ReadyKey { get; set; }

    /// <summary>Ends a blocked command: as if its time were up, or with the UNBLOCKED error.</summary>
    /// <returns>False: it was not blocked.</returns>
    public abstract bool Unblock(bool withError = false);

    /// <summary>Which output-buffer limit applies.</summary>
    public ClientClass Class { get; set; }

    /// <summary>Channels it is subscribed to. Kept by the module that provides pub/sub, shown by CLIENT LIST.</summary>
    public int ChannelCount { get; set; }

    /// <summary>Patterns it is subscribed to.</summary>
    public int PatternCount { get; set; }

    /// <summary>Shard channels it is subscribed to.</summary>
    public int ShardChannelCount { get; set; }

    /// <summary>Commands queued since MULTI; -1: not inside MULTI. Kept by the module that provides transactions.</summary>
    public int QueuedCommands { get; set; } = -1;

    /// <summary>Bytes of the arguments of those.</summary>
    public long QueuedBytes { get; set; }

    /// <summary>Bytes of those that were taken over as they came, instead of being copied.</summary>
    public long QueuedOwnedBytes { get; set; }

    /// <summary>The flags of those together.</summary>
    public CommandFlags QueuedFlags { get; set; }

    /// <summary>
    /// Id of the client that gets its invalidation messages; 0: itself; -1: no tracking. Kept by the module that provides tracking.
    /// </summary>
    public long RedirectId { get; set; } = -1;

    /// <summary>State that a module keeps with the client; null until set.</summary>
    public T? Get<T>(ClientSlot<T> slot) where T : class
        => slot.Index < _slots.Length ? (T?)_slots[slot.Index] : null;

    /// <summary>Sets a module's state.</summary>
    public void Set<T>(ClientSlot<T> slot, T? value) where T : class
    {
        if (slot.Index >= _slots.Length) Array.Resize(ref _slots, slot.Index + 4);
        _slots[slot.Index] = value;
    }

    internal void Forget(Command command)
    {
        if (NamedCommand == command) (NamedCommand, NamedKey) = (null, 0);
        if (LastCommand == command || LastCommand?.Container == command) LastCommand = null;
    }

    internal void ForgetSlot(int index)
    {
        if (index < _slots.Length) _slots[index] = null;
    }
}

/// <summary>A module's place in every client. Obtained from <see cref="IModuleRegistry.ClientState{T}"/>.</summary>
public sealed class ClientSlot<T> where T : class
{
    internal ClientSlot(int index) => Index = index;

    internal int Index { get; }
}

/// <summary>State of a client; letters as CLIENT LIST prints them.</summary>
[Flags]
public enum ClientFlags
{
    /// <summary>N</summary>
    None = 0,

    /// <summary>Replies are thrown away (CLIENT REPLY OFF).</summary>
    ReplyOff = 1,

    /// <summary>The next reply is thrown away (CLIENT REPLY SKIP was just called).</summary>
    ReplySkipNext = 2,

    /// <summary>This reply is thrown away.</summary>
    ReplySkip = 4,

    /// <summary>e: never evicted.</summary>
    NoEvict = 8,

    /// <summary>T: does not refresh access clocks.</summary>
    NoTouch = 16,

    /// <summary>x: inside MULTI.</summary>
    Multi = 32,

    /// <summary>d: EXEC will fail because a watched key changed.</summary>
    DirtyCas = 64,

    /// <summary>EXEC will fail because a command was refused.</summary>
    DirtyExec = 128,

    /// <summary>P: subscribed.</summary>
    PubSub = 256,

    /// <summary>O: MONITOR.</summary>
    Monitor = 512,

    /// <summary>S: a replica.</summary>
    Replica = 1024,

    /// <summary>M: our master.</summary>
    Master = 2048,

    /// <summary>t: client-side caching.</summary>
    Tracking = 4096,

    /// <summary>R: its tracking redirection is gone.</summary>
    TrackingBroken = 8192,

    /// <summary>B: tracking in broadcast mode.</summary>
    TrackingBroadcast = 16384,

    /// <summary>U: unix socket.</summary>
    UnixSocket = 32768,

    /// <summary>c: closes after its replies were sent.</summary>
    CloseAfterReply = 65536,

    /// <summary>A: closes as soon as possible.</summary>
    CloseNow = 131072,

    /// <summary>r: only reads (cluster READONLY).</summary>
    ReadOnly = 262144,

    /// <summary>The next command is preceded by ASKING.</summary>
    Asking = 524288,

    /// <summary>A stand-in: no socket.</summary>
    Virtual = 1048576,

    /// <summary>Not listed and not limited: calls by the server itself.</summary>
    Internal = 2097152,
}

/// <summary>Classes of output-buffer limits.</summary>
public enum ClientClass
{
    /// <summary>normal</summary>
    Normal,

    /// <summary>slave</summary>
    Replica,

    /// <summary>pubsub</summary>
    PubSub,

    /// <summary>our master: no limit</summary>
    Master,
}

/// <summary>The connected clients.</summary>
public interface IClients
{
    /// <summary>All of them, oldest first. Do not connect or close while enumerating: copy first.</summary>
    IReadOnlyCollection<Client> All { get; }

    /// <summary>The client of that id, or null.</summary>
    Client? Find(long id);

    /// <summary>Number blocked on keys or time, or held back by a pause.</summary>
    int BlockedCount { get; }

    /// <summary>Number of keys that clients are blocked on, and of those whose deletion wakes them too. O(blocked clients).</summary>
    (int All, int OnDelete) BlockedKeys { get; }

    /// <summary>Bytes of all clients of a class, as of when each was last heard or answered.</summary>
    long MemoryBytes(ClientClass kind);

    /// <summary>
    /// Bytes of the normal and pub/sub clients together above which <see cref="IMemoryPressure.CutClients"/> is called; 0: never.
    /// </summary>
    long MemoryBytesMax { get; set; }

    /// <summary>
    /// The client to end first when memory is needed: of those whose memory has the highest power of two the one that has been there the
    /// longest. Null: there is none but replicas, masters and those with <see cref="ClientFlags.NoEvict"/>.
    /// </summary>
    Client? LargestEvictable { get; }

    /// <summary>
    /// Ends a client because of its memory: unsent replies are dropped at once, the rest goes at the end of the batch. Counted as evicted.
    /// Not within a command.
    /// </summary>
    void Evict(Client client);

    /// <summary>Holds clients' commands back.</summary>
    /// <param name="untilUnixMs">End, Unix milliseconds.</param>
    /// <param name="writesOnly">Only commands that may write, or publish.</param>
    void Pause(long untilUnixMs, bool writesOnly);

    /// <summary>Ends a pause.</summary>
    void Unpause();

    /// <summary>What is paused now.</summary>
    PauseState PauseState { get; }

    /// <summary>
    /// RESET: tells every observer (<see cref="ServerObserver.Reset"/>), so that modules undo what they keep with the client.
    /// </summary>
    void Reset(Client client);

    /// <summary>Makes a stand-in client through which commands can be called; Close it when done.</summary>
    Client CreateVirtual(string user);
}

/// <summary>CLIENT PAUSE's state.</summary>
public enum PauseState
{
    /// <summary>Nothing is held back.</summary>
    None,

    /// <summary>Writes are.</summary>
    Writes,

    /// <summary>Everything is.</summary>
    All,
}
