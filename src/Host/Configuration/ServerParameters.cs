using ModularKv.Abstractions.Configuration;
using static ModularKv.Abstractions.Configuration.ParameterFlags;

namespace ModularKv.Host.Configuration;

/// <summary>The kernel's own parameters: every directive that the host itself acts on, with Redis 7.0.15's defaults and limits.</summary>
internal sealed class ServerParameters
{
    private const long IntMax = int.MaxValue;
    private const long LongMax = long.MaxValue;
    private const long Kilo = 1024;
    private const long Mega = Kilo * 1024;
    private const long Giga = Mega * 1024;

    // Redis accepts any hz and then caps it.
    private const long HzMin = 1;
    private const long HzMax = 500;
    private const int BindAddressesMax = 16;

    /// <summary>Creates them with their defaults and registers them.</summary>
    /// <param name="store">Takes the parameters, as owned by the server.</param>
    /// <param name="startDirectory">The default of <c>dir</c>, absolute.</param>
    public ServerParameters(ConfigurationStore store, string startDirectory)
    {
        Dir = new StringParameter("dir", startDirectory)
        {
            Flags = Protected | DenyLoading,
            Description = "Where data files are; a relative path counts from the present one.",
            AlwaysRewritten = true,
            Validate = path => Directory.Exists(InDir(path)) ? null : "No such file or directory",
            Normalize = path => InDir(path),
        };
        foreach (Parameter parameter in All) store.Register(parameter, "server");
    }

    // --- Network ---
    public readonly IntegerParameter Port = new("port", 6379, 0, 65535)
    { Description = "TCP port; 0 opens none." };

    public readonly ListParameter Bind = new("bind", "*", "-::*")
    {
        Description = "Addresses to listen on; one behind a minus may be missing on this machine.",
        Validate = list => list.Count > BindAddressesMax ? "Too many bind addresses specified." : null,
    };

    public readonly StringParameter UnixSocket = new("unixsocket", null)
    { Flags = Immutable, Description = "Path of a Unix socket to listen on." };

    public readonly IntegerParameter UnixSocketPerm = new("unixsocketperm", 0, 0, 511)
    { Flags = Immutable, IsOctal = true, Description = "File mode of the Unix socket, octal; 0 leaves it to the umask." };

    public readonly IntegerParameter TcpBacklog = new("tcp-backlog", 511, 0, IntMax)
    { Flags = Immutable, Description = "Connections that wait to be accepted." };

    public readonly IntegerParameter TcpKeepAlive = new("tcp-keepalive", 300, 0, IntMax)
    { Description = "Seconds between probes of idle connections; 0: none." };

    public readonly IntegerParameter Timeout = new("timeout", 0, 0, IntMax)
    { Description = "Seconds after which an idle client is disconnected; 0: never." };

    public readonly IntegerParameter MaxClients = new("maxclients", 10000, 1, uint.MaxValue)
    { Description = "Clients served at the same time." };

    public readonly BoolParameter ProtectedMode = new("protected-mode", true)
    { Description = "Without a password only clients on this machine are served." };

    public readonly MemoryParameter ProtoMaxBulkLen = new("proto-max-bulk-len", 512 * Mega, Mega)
    { Flags = DebugOnly, Description = "Largest single argument of a command." };

    public readonly MemoryParameter ClientQueryBufferLimit = new("client-query-buffer-limit", Giga, Mega)
    { Flags = DebugOnly, Description = "Largest unread input of one client." };

    public readonly OutputBufferLimitParameter ClientOutputBufferLimit = new();

    public readonly MemoryParameter MaxMemoryClients = new("maxmemory-clients", 0)
    { AllowsPercent = true, Description = "Memory of all clients above which the largest are disconnected; 0: no limit." };

    public readonly IntegerParameter IoThreads = new("io-threads", 1, 1, 128)
    { Flags = DebugOnly | Immutable, Description = "Threads that send, receive and parse, the main one included." };

    public readonly BoolParameter IoThreadsDoReads = new("io-threads-do-reads", false)
    { Flags = DebugOnly | Immutable, Description = "I/O threads receive and parse too." };

    // --- Process ---
    public readonly IntegerParameter Databases = new("databases", 16, 1, IntMax)
    { Flags = Immutable, Description = "Number of databases for SELECT." };

    public readonly IntegerParameter Hz = new("hz", 10, 0, IntMax)
    { Description = "Runs of background work per second.", Normalize = hz => Math.Clamp(hz, HzMin, HzMax) };

    public readonly BoolParameter DynamicHz = new("dynamic-hz", true)
    { Description = "More runs of background work with many clients." };

    public readonly BoolParameter Daemonize = new("daemonize", false)
    { Flags = Immutable, Description = "Accepted; yes is refused at the start unless a supervisor is set." };

    public readonly ChoiceParameter Supervised = new("supervised", "no", "upstart", "systemd", "auto", "no")
    { Flags = Immutable, Description = "How the process reports to its supervisor." };

    public readonly StringParameter PidFile = new("pidfile", null)
    { Flags = Immutable, Description = "Where the process id is written." };

    public readonly StringParameter Dir;

    public readonly StringParameter LogFile = new("logfile")
    { Flags = Immutable, Description = "Where the log goes; empty: standard output." };

    public readonly EnumParameter<ServerLogLevel> LogLevel = new("loglevel", ServerLogLevel.Notice,
        ("debug", ServerLogLevel.Debug), ("verbose", ServerLogLevel.Verbose),
        ("notice", ServerLogLevel.Notice), ("warning", ServerLogLevel.Warning))
    { Description = "How much is logged." };

    public readonly BoolParameter SyslogEnabled = new("syslog-enabled", false)
    { Flags = Immutable, Description = "Log to the system logger too." };

    public readonly StringParameter SyslogIdent = new("syslog-ident", "redis")
    { Flags = Immutable, Description = "Name used in the system log." };

    public readonly ChoiceParameter SyslogFacility = new("syslog-facility", "local0",
        "user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7")
    { Flags = Immutable, Description = "Facility used in the system log." };

    public readonly BoolParameter SetProcTitle = new("set-proc-title", true)
    { Flags = Immutable, Description = "Show state in the process title where the system can." };

    public readonly StringParameter ProcTitleTemplate = new("proc-title-template", "{title} {listen-addr} {server-mode}")
    { Description = "What the process title shows.", Validate = TitleTemplate.Refusal };

    public readonly BoolParameter AlwaysShowLogo = new("always-show-logo", false)
    { Flags = Immutable, Description = "Show the logo even when the log is not a terminal." };

    public readonly ChoiceParameter ShutdownOnSigInt = ShutdownFlags("shutdown-on-sigint");

    public readonly ChoiceParameter ShutdownOnSigTerm = ShutdownFlags("shutdown-on-sigterm");

    public readonly IntegerParameter ShutdownTimeout = new("shutdown-timeout", 10, 0, IntMax)
    { Description = "Seconds a shutdown waits for lagging replicas." };

    // --- Access ---
    public readonly StringParameter RequirePass = new("requirepass", null)
    { Flags = Sensitive, Description = "Password of the default user." };

    public readonly EnumParameter<ProtectedAction> EnableProtectedConfigs = ProtectedActions("enable-protected-configs");

    public readonly EnumParameter<ProtectedAction> EnableDebugCommand = ProtectedActions("enable-debug-command");

    public readonly EnumParameter<ProtectedAction> EnableModuleCommand = ProtectedActions("enable-module-command");

    public readonly DirectiveParameter RenameCommand = new("rename-command", 2, 2)
    { Description = "Gives a command another name; an empty one removes it." };

    // --- Memory, eviction, expiry ---
    public readonly MemoryParameter MaxMemory = new("maxmemory", 0)
    { Description = "Memory above which keys are evicted or writes refused; 0: no limit." };

    public readonly EnumParameter<EvictionPolicy> MaxMemoryPolicy = new("maxmemory-policy", EvictionPolicy.NoEviction,
        ("volatile-lru", EvictionPolicy.VolatileLru), ("volatile-lfu", EvictionPolicy.VolatileLfu),
        ("volatile-random", EvictionPolicy.VolatileRandom), ("volatile-ttl", EvictionPolicy.VolatileTtl),
        ("allkeys-lru", EvictionPolicy.AllKeysLru), ("allkeys-lfu", EvictionPolicy.AllKeysLfu),
        ("allkeys-random", EvictionPolicy.AllKeysRandom), ("noeviction", EvictionPolicy.NoEviction))
    { Description = "Which keys give way at maxmemory." };

    public readonly IntegerParameter MaxMemorySamples = new("maxmemory-samples", 5, 1, IntMax)
    { Description = "Keys compared to find one to evict." };

    public readonly IntegerParameter MaxMemoryEvictionTenacity = new("maxmemory-eviction-tenacity", 10, 0, 100)
    { Description = "How long one eviction run may take, 0 to 100." };

    public readonly IntegerParameter LfuLogFactor = new("lfu-log-factor", 10, 0, IntMax)
    { Description = "How slowly an access counter saturates." };

    public readonly IntegerParameter LfuDecayTime = new("lfu-decay-time", 1, 0, IntMax)
    { Description = "Minutes after which an access counter is halved." };

    public readonly IntegerParameter ActiveExpireEffort = new("active-expire-effort", 1, 1, 10)
    { Description = "Effort spent on finding expired keys, 1 to 10." };

    public readonly BoolParameter ActiveRehashing = new("activerehashing", true)
    { Description = "Grow tables in idle time too." };

    public readonly BoolParameter LazyFreeEviction = new("lazyfree-lazy-eviction", false)
    { Flags = DebugOnly, Description = "Free evicted values in the background." };

    public readonly BoolParameter LazyFreeExpire = new("lazyfree-lazy-expire", false)
    { Flags = DebugOnly, Description = "Free expired values in the background." };

    public readonly BoolParameter LazyFreeServerDel = new("lazyfree-lazy-server-del", false)
    { Flags = DebugOnly, Description = "Free overwritten values in the background." };

    public readonly BoolParameter LazyFreeUserDel = new("lazyfree-lazy-user-del", false)
    { Flags = DebugOnly, Description = "DEL frees in the background as UNLINK does." };

    public readonly BoolParameter LazyFreeUserFlush = new("lazyfree-lazy-user-flush", false)
    { Flags = DebugOnly, Description = "FLUSHALL and FLUSHDB free in the background unless SYNC is given." };

    public readonly BoolParameter ActiveDefrag = new("activedefrag", false)
    { Flags = DebugOnly, Description = "Move values to give memory back." };

    public readonly MemoryParameter ActiveDefragIgnoreBytes = new("active-defrag-ignore-bytes", 100 * Mega, 1)
    { Description = "Waste below which nothing is moved." };

    public readonly IntegerParameter ActiveDefragThresholdLower = new("active-defrag-threshold-lower", 10, 0, 1000)
    { Description = "Percentage of waste at which moving starts." };

    public readonly IntegerParameter ActiveDefragThresholdUpper = new("active-defrag-threshold-upper", 100, 0, 1000)
    { Description = "Percentage of waste at which moving is at full effort." };

    public readonly IntegerParameter ActiveDefragCycleMin = new("active-defrag-cycle-min", 1, 1, 99)
    { Description = "CPU percentage spent at the lower threshold." };

    public readonly IntegerParameter ActiveDefragCycleMax = new("active-defrag-cycle-max", 25, 1, 99)
    { Description = "CPU percentage spent at the upper threshold." };

    public readonly IntegerParameter ActiveDefragMaxScanFields = new("active-defrag-max-scan-fields", 1000, 1, LongMax)
    { Description = "Elements of one value above which it is moved in steps." };

    public readonly EnumParameter<OomScoreMode> OomScoreAdj = new("oom-score-adj", OomScoreMode.No,
        ("no", OomScoreMode.No), ("yes", OomScoreMode.Relative), ("relative", OomScoreMode.Relative), ("absolute", OomScoreMode.Absolute))
    { Description = "Whether the system's score for ending processes is set, relative to the one at the start or absolute." };

    public readonly ListParameter OomScoreAdjValues = new("oom-score-adj-values", "0", "200", "800")
    {
        Description = "That score of a primary, of a replica, and of a background process.",
        Validate = list => list.Count != 3 ? "wrong number of arguments"
            : list.All(text => CNumber.TryParse(text, out long value) && value is >= -2000 and <= 2000) ? null
            : "Invalid oom-score-adj-values, elements must be between -2000 and 2000.",
        Normalize = list => [.. list.Select(text => CNumber.TryParse(text, out long value) ? $"{value}" : text)],
    };

    // --- Observation ---
    public readonly BoolParameter LatencyTracking = new("latency-tracking", true)
    { Description = "Keep a latency distribution per command." };

    public readonly BoolParameter StopWritesOnBgsaveError = new("stop-writes-on-bgsave-error", true)
    { Description = "Refuse writes while snapshots fail." };

    public readonly BoolParameter CrashLogEnabled = new("crash-log-enabled", true)
    { Description = "Write a report into the log when the process ends by a bug or SIGABRT." };

    public readonly BoolParameter UseExitOnPanic = new("use-exit-on-panic", false)
    { Flags = Hidden, Description = "End by exit code 1 instead of SIGABRT after DEBUG ASSERT and PANIC." };

    // --- Modules: hidden, as tools that set each parameter of CONFIG GET * know which of Redis's own are immutable ---
    public readonly ListParameter Modules = new("modules", "all")
    { Flags = MultiArgument | Immutable | Hidden, Description = "Built-in modules to load: names, all, none, or -Name to leave one out." };

    public readonly StringParameter ModuleDir = new("module-dir", "modules")
    { Flags = Immutable | Hidden, Description = "Where built-in modules are; a relative path counts from the program." };

    public readonly EnumParameter<ModuleFailurePolicy> ModuleFailure = new("module-failure", ModuleFailurePolicy.Refuse,
        ("refuse", ModuleFailurePolicy.Refuse), ("continue", ModuleFailurePolicy.Continue))
    { Flags = Immutable | Hidden, Description = "Whether a module that fails to start stops the server." };

    public readonly DirectiveParameter LoadModule = new("loadmodule", 1)
    { Description = "Path of a module to load at the start, and its arguments." };

    /// <summary>Every parameter above.</summary>
    public IReadOnlyList<Parameter> All =>
    [
        Port, Bind, UnixSocket, UnixSocketPerm, TcpBacklog, TcpKeepAlive, Timeout, MaxClients, ProtectedMode, ProtoMaxBulkLen,
        ClientQueryBufferLimit, ClientOutputBufferLimit, MaxMemoryClients, IoThreads, IoThreadsDoReads,
        Databases, Hz, DynamicHz, Daemonize, Supervised, PidFile, Dir, LogFile, LogLevel, SyslogEnabled, SyslogIdent, SyslogFacility,
        SetProcTitle, ProcTitleTemplate, AlwaysShowLogo, ShutdownOnSigInt, ShutdownOnSigTerm, ShutdownTimeout,
        RequirePass, EnableProtectedConfigs, EnableDebugCommand, EnableModuleCommand, RenameCommand,
        MaxMemory, MaxMemoryPolicy, MaxMemorySamples, MaxMemoryEvictionTenacity, LfuLogFactor, LfuDecayTime, ActiveExpireEffort,
        ActiveRehashing, LazyFreeEviction, LazyFreeExpire, LazyFreeServerDel, LazyFreeUserDel, LazyFreeUserFlush,
        ActiveDefrag, ActiveDefragIgnoreBytes, ActiveDefragThresholdLower, ActiveDefragThresholdUpper, ActiveDefragCycleMin,
        ActiveDefragCycleMax, ActiveDefragMaxScanFields,
        OomScoreAdj, OomScoreAdjValues, LatencyTracking, StopWritesOnBgsaveError, CrashLogEnabled, UseExitOnPanic,
        Modules, ModuleDir, ModuleFailure, LoadModule,
    ];

    /// <summary>Why the server cannot start with these values although each is valid by itself; null when it can.</summary>
    /// <remarks>Asked after the command line was read, so that <c>--daemonize no</c> makes a distribution's file usable.</remarks>
    public string? StartRefusal() => Daemonize.Value && Supervised.Value == "no"
        ? "daemonize yes is not supported: a running .NET process cannot be forked. Use daemonize no under a supervisor (systemd, "
            + "a container), or start it with 'setsid modularkv … &'."
        : null;

    private static ChoiceParameter ShutdownFlags(string name) => new(name, "default", "default", "save", "nosave", "now", "force")
    {
        Flags = MultiArgument,
        Description = "How the signal ends the server.",
        Validate = value => value.Split(' ') is var flags && flags.Contains("save") && flags.Contains("nosave")
            ? "shutdown options SAVE and NOSAVE can't be used simultaneously"
            : null,
    };

    private static EnumParameter<ProtectedAction> ProtectedActions(string name) => new(name, ProtectedAction.No,
        ("no", ProtectedAction.No), ("yes", ProtectedAction.Yes), ("local", ProtectedAction.Local))
    {
        Flags = Immutable,
        Description = "Whether it is open to nobody, everybody, or clients on the same machine.",
    };

    private string InDir(string? path) => Path.GetFullPath(path ?? "", Dir.Text);
}
