namespace ModularKv.Abstractions;

/// <summary>What the server must know about a command before it runs. Names as COMMAND INFO prints them, in lower case.</summary>
[Flags]
public enum CommandFlags : uint
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>May modify the keyspace.</summary>
    Write = 1 << 0,

    /// <summary>Only reads keys.</summary>
    ReadOnly = 1 << 1,

    /// <summary>May grow memory: refused when out of memory.</summary>
    DenyOom = 1 << 2,

    /// <summary>For administrators.</summary>
    Admin = 1 << 3,

    /// <summary>Related to pub/sub.</summary>
    PubSub = 1 << 4,

    /// <summary>Not callable from scripts.</summary>
    NoScript = 1 << 5,

    /// <summary>May block the client.</summary>
    Blocking = 1 << 6,

    /// <summary>Runs while a data set is loading.</summary>
    Loading = 1 << 7,

    /// <summary>Runs on a replica with stale data.</summary>
    Stale = 1 << 8,

    /// <summary>Not shown to MONITOR.</summary>
    SkipMonitor = 1 << 9,

    /// <summary>Not kept by SLOWLOG.</summary>
    SkipSlowLog = 1 << 10,

    /// <summary>Accepted for importing slots.</summary>
    Asking = 1 << 11,

    /// <summary>O(1) or O(log N): never delays the loop. Timed in groups (see design notes on statistics).</summary>
    Fast = 1 << 12,

    /// <summary>Runs without authentication.</summary>
    NoAuth = 1 << 13,

    /// <summary>May produce effects though it is not a write command.</summary>
    MayReplicate = 1 << 14,

    /// <summary>Also available in Sentinel.</summary>
    Sentinel = 1 << 15,

    /// <summary>Only available in Sentinel.</summary>
    OnlySentinel = 1 << 16,

    /// <summary>Key arguments may be absent.</summary>
    NoMandatoryKeys = 1 << 17,

    /// <summary>Behind an enable-*-command directive.</summary>
    Protected = 1 << 18,

    /// <summary>Refused during asynchronous loading.</summary>
    NoAsyncLoading = 1 << 19,

    /// <summary>Not inside MULTI.</summary>
    NoMulti = 1 << 20,

    /// <summary>Runs while a script is busy.</summary>
    AllowBusy = 1 << 21,

    /// <summary>Touches keys that are not among its arguments.</summary>
    TouchesArbitraryKeys = 1 << 22,

    /// <summary>Key positions cannot be told from the key specs alone. Computed by the server.</summary>
    MovableKeys = 1 << 23,

    /// <summary>From a module that is not part of the default set. Computed by the server.</summary>
    Module = 1 << 24,
}

/// <summary>ACL categories. Those that follow from flags (write, read, fast, slow, …) are added by the server.</summary>
[Flags]
public enum AclCategories : uint
{
    /// <summary>None beyond what follows from the flags.</summary>
    None = 0,
#pragma warning disable CS1591 // the names are Redis's own
    Keyspace = 1 << 0,
    Read = 1 << 1,
    Write = 1 << 2,
    Set = 1 << 3,
    SortedSet = 1 << 4,
    List = 1 << 5,
    Hash = 1 << 6,
    String = 1 << 7,
    Bitmap = 1 << 8,
    HyperLogLog = 1 << 9,
    Geo = 1 << 10,
    Stream = 1 << 11,
    PubSub = 1 << 12,
    Admin = 1 << 13,
    Fast = 1 << 14,
    Slow = 1 << 15,
    Blocking = 1 << 16,
    Dangerous = 1 << 17,
    Connection = 1 << 18,
    Transaction = 1 << 19,
    Scripting = 1 << 20,
#pragma warning restore CS1591
}

/// <summary>Attributes of a command's documentation (COMMAND DOCS doc_flags).</summary>
[Flags]
public enum DocFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Kept for old clients only.</summary>
    Deprecated = 1,

    /// <summary>Not for users.</summary>
    SysCmd = 2,
}
