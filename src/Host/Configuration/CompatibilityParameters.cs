using System.Globalization;
using ModularKv.Abstractions.Configuration;
using static ModularKv.Abstractions.Configuration.ParameterFlags;

namespace ModularKv.Host.Configuration;

/// <summary>
/// Placeholders that do nothing: every directive of Redis 7.0.15 that belongs to a feature of a module. They are accepted, checked,
/// remembered and shown, so that a stock redis.conf loads and tools that read CONFIG GET work with any set of modules. A module that
/// registers the same name takes the placeholder's place and its value; when the module goes, the placeholder is back.
/// Defaults are Redis's, but for <c>save</c>: no snapshots unless asked for.
/// </summary>
internal static class CompatibilityParameters
{
    private const long IntMin = int.MinValue;
    private const long IntMax = int.MaxValue;
    private const long LongMax = long.MaxValue;
    private const long Mega = 1024 * 1024;
    private const int HostNameLengthMax = 255;
    private const string Placeholder = "Placeholder: remembered, without effect until a module provides it.";

    /// <summary>Registers all of them.</summary>
    public static void RegisterAll(ConfigurationStore store)
    {
        foreach (Parameter parameter in Create()) store.RegisterPlaceholder(parameter);
    }

    /// <summary>Fresh objects with their defaults.</summary>
    public static IEnumerable<Parameter> Create() =>
        [.. Snapshots(), .. AppendOnlyFile(), .. Replication(), .. Cluster(), .. Encodings(), .. Access(), .. System()];

    private static IEnumerable<Parameter> Snapshots() =>
    [
        new ListParameter("save")
        {
            Accumulates = true, AlwaysRewritten = true, ElementsPerLine = 2, Description = Placeholder,
            Validate = ValidateSave, Normalize = NormalizeNumbers,
        },
        Text("dbfilename", "dump.rdb", Protected, value => IsBaseName(value) ? null : "dbfilename can't be a path, just a filename"),
        Bool("rdbcompression", true),
        Bool("rdbchecksum", true, Immutable),
        Bool("rdb-save-incremental-fsync", true),
        Bool("rdb-del-sync-files", false),
        Choice("sanitize-dump-payload", "no", DebugOnly, "no", "yes", "clients"),
        Integer("rdb-key-save-delay", 0, IntMin, IntMax, Hidden),
        Integer("key-load-delay", 0, IntMin, IntMax, Hidden),
        Integer("loading-process-events-interval-bytes", 2 * Mega, 1024, IntMax, Hidden),
    ];

    private static IEnumerable<Parameter> AppendOnlyFile() =>
    [
        Bool("appendonly", false, DenyLoading),
        Text("appendfilename", "appendonly.aof", Immutable, value => ValidateFileName("appendfilename", "filename", value)),
        Text("appenddirname", "appendonlydir", Immutable, value => ValidateFileName("appenddirname", "dirname", value)),
        Choice("appendfsync", "everysec", None, "everysec", "always", "no"),
        Bool("no-appendfsync-on-rewrite", false),
        Integer("auto-aof-rewrite-percentage", 100, 0, IntMax),
        Memory("auto-aof-rewrite-min-size", 64 * Mega),
        Bool("aof-load-truncated", true),
        Bool("aof-use-rdb-preamble", true),
        Bool("aof-timestamp-enabled", false),
        Bool("aof-rewrite-incremental-fsync", true),
        Bool("aof-disable-auto-gc", false),
    ];

    private static IEnumerable<Parameter> Replication() =>
    [
        new ListParameter("replicaof")
        {
            Aliases = ["slaveof"], Flags = MultiArgument | Immutable, OmitWhenEmpty = true, Description = Placeholder,
            Validate = ValidateReplicaOf,
            Normalize = list => IsNoOne(list) ? [] : list,
        },
        OptionalText("masteruser", Sensitive),
        OptionalText("masterauth", Sensitive),
        Bool("replica-serve-stale-data", true, None, "slave-serve-stale-data"),
        Bool("replica-read-only", true, DebugOnly, "slave-read-only"),
        Bool("replica-lazy-flush", false, None, "slave-lazy-flush"),
        Bool("replica-ignore-maxmemory", true, None, "slave-ignore-maxmemory"),
        Bool("replica-ignore-disk-write-errors", false),
        Bool("replica-announced", true),
        OptionalText("replica-announce-ip", None, "slave-announce-ip"),
        Integer("replica-announce-port", 0, 0, 65535, None, "slave-announce-port"),
        Integer("replica-priority", 100, 0, IntMax, None, "slave-priority"),
        Bool("repl-diskless-sync", true, DebugOnly),
        Integer("repl-diskless-sync-delay", 5, 0, IntMax),
        Integer("repl-diskless-sync-max-replicas", 0, 0, IntMax),
        Choice("repl-diskless-load", "disabled", DebugOnly | DenyLoading, "disabled", "on-empty-db", "swapdb"),
        Bool("repl-disable-tcp-nodelay", false),
        Integer("repl-timeout", 60, 1, IntMax),
        Integer("repl-ping-replica-period", 10, 1, IntMax, None, "repl-ping-slave-period"),
        Memory("repl-backlog-size", Mega, 1),
        Integer("repl-backlog-ttl", 3600, 0, LongMax),
        Integer("min-replicas-to-write", 0, 0, IntMax, None, "min-slaves-to-write"),
        Integer("min-replicas-max-lag", 10, 0, IntMax, None, "min-slaves-max-lag"),
        Choice("propagation-error-behavior", "ignore", None, "ignore", "panic", "panic-on-replicas"),
        OptionalText("bind-source-addr", None),
    ];

    private static IEnumerable<Parameter> Cluster() =>
    [
        Bool("cluster-enabled", false, Immutable),
        Text("cluster-config-file", "nodes.conf", Immutable),
        Integer("cluster-port", 0, 0, 65535, Immutable),
        Integer("cluster-node-timeout", 15000, 0, LongMax),
        Integer("cluster-replica-validity-factor", 10, 0, IntMax, None, "cluster-slave-validity-factor"),
        Integer("cluster-migration-barrier", 1, 0, IntMax),
        Bool("cluster-require-full-coverage", true),
        Bool("cluster-replica-no-failover", false, None, "cluster-slave-no-failover"),
        Bool("cluster-allow-reads-when-down", false),
        Bool("cluster-allow-pubsubshard-when-down", true),
        Bool("cluster-allow-replica-migration", true),
        Memory("cluster-link-sendbuf-limit", 0),
        OptionalText("cluster-announce-ip", None),
        new StringParameter("cluster-announce-hostname", null) { Description = Placeholder, Validate = ValidateHostName },
        Integer("cluster-announce-port", 0, 0, 65535),
        Integer("cluster-announce-tls-port", 0, 0, 65535),
        Integer("cluster-announce-bus-port", 0, 0, 65535),
        Choice("cluster-preferred-endpoint-type", "ip", None, "ip", "hostname", "unknown-endpoint"),
    ];

    private static IEnumerable<Parameter> Encodings() =>
    [
        Integer("hash-max-listpack-entries", 512, 0, LongMax, None, "hash-max-ziplist-entries"),
        Memory("hash-max-listpack-value", 64, 0, "hash-max-ziplist-value"),
        Integer("list-max-listpack-size", -2, IntMin, IntMax, None, "list-max-ziplist-size"),
        Integer("list-compress-depth", 0, 0, IntMax, DebugOnly),
        Integer("set-max-intset-entries", 512, 0, LongMax),
        Integer("zset-max-listpack-entries", 128, 0, LongMax, None, "zset-max-ziplist-entries"),
        Memory("zset-max-listpack-value", 64, 0, "zset-max-ziplist-value"),
        Memory("hll-sparse-max-bytes", 3000),
        Memory("stream-node-max-bytes", 4096),
        Integer("stream-node-max-entries", 100, 0, LongMax),
        Integer("busy-reply-threshold", 5000, 0, LongMax, None, "lua-time-limit"),
        new StringParameter("notify-keyspace-events")
        {
            Description = Placeholder,
            Validate = value => KeyspaceEventClasses.IsValid(value!) ? null : KeyspaceEventClasses.Invalid,
            Normalize = value => KeyspaceEventClasses.Canonical(value!),
        },

        // Redis reads these three and forgets them.
        new DirectiveParameter("list-max-ziplist-entries", 1, 1) { Description = Placeholder },
        new DirectiveParameter("list-max-ziplist-value", 1, 1) { Description = Placeholder },
        new DirectiveParameter("lua-replicate-commands", 1, 1) { Description = Placeholder },
    ];

    private static IEnumerable<Parameter> Access() =>
    [
        Text("aclfile", "", Immutable),
        Integer("acllog-max-len", 128, 0, LongMax),
        Choice("acl-pubsub-default", "resetchannels", None, "allchannels", "resetchannels"),
        Integer("tls-port", 0, 0, 65535),
        Integer("tls-session-cache-size", 20480, 0, IntMax),
        Integer("tls-session-cache-timeout", 300, 0, IntMax),
        Bool("tls-session-caching", true),
        Bool("tls-cluster", false),
        Bool("tls-replication", false),
        Choice("tls-auth-clients", "yes", None, "no", "yes", "optional"),
        Bool("tls-prefer-server-ciphers", false),
        OptionalText("tls-cert-file", ParameterFlags.Volatile),
        OptionalText("tls-key-file", ParameterFlags.Volatile),
        OptionalText("tls-key-file-pass", Sensitive),
        OptionalText("tls-client-cert-file", ParameterFlags.Volatile),
        OptionalText("tls-client-key-file", ParameterFlags.Volatile),
        OptionalText("tls-client-key-file-pass", Sensitive),
        OptionalText("tls-dh-params-file", ParameterFlags.Volatile),
        OptionalText("tls-ca-cert-file", ParameterFlags.Volatile),
        OptionalText("tls-ca-cert-dir", ParameterFlags.Volatile),
        OptionalText("tls-protocols", None),
        OptionalText("tls-ciphers", None),
        OptionalText("tls-ciphersuites", None),
    ];

    private static IEnumerable<Parameter> System() =>
    [
        Integer("tracking-table-max-keys", 1000000, 0, LongMax),
        Integer("slowlog-log-slower-than", 10000, -1, LongMax),
        Integer("slowlog-max-len", 128, 0, LongMax),
        Integer("latency-monitor-threshold", 0, 0, LongMax),
        new ListParameter("latency-tracking-info-percentiles", "50", "99", "99.9")
        {
            Description = Placeholder, Validate = ValidatePercentiles,
            Normalize = list => [.. list.Select(text => Percentile(text).ToString("0.######", CultureInfo.InvariantCulture))],
        },
        Bool("disable-thp", true, Immutable),
        Bool("jemalloc-bg-thread", true),
        Bool("crash-memcheck-enabled", true),
        Integer("watchdog-period", 0, 0, IntMax, Hidden),
        Integer("socket-mark-id", 0, 0, uint.MaxValue, Immutable),
        Text("ignore-warnings", ""),
        OptionalText("server_cpulist", Immutable),
        OptionalText("bio_cpulist", Immutable),
        OptionalText("aof_rewrite_cpulist", Immutable),
        OptionalText("bgsave_cpulist", Immutable),
    ];

    private static BoolParameter Bool(string name, bool standard, ParameterFlags flags = None, params string[] aliases) =>
        new(name, standard) { Flags = flags, Aliases = aliases, Description = Placeholder };

    private static IntegerParameter Integer(
        string name, long standard, long minimum, long maximum, ParameterFlags flags = None, params string[] aliases) =>
        new(name, standard, minimum, maximum) { Flags = flags, Aliases = aliases, Description = Placeholder };

    private static MemoryParameter Memory(string name, long standard, long minimum = 0, params string[] aliases) =>
        new(name, standard, minimum) { Aliases = aliases, Description = Placeholder };

    private static ChoiceParameter Choice(string name, string standard, ParameterFlags flags, params string[] choices) =>
        new(name, standard, choices) { Flags = flags, Description = Placeholder };

    private static StringParameter Text(
        string name, string standard, ParameterFlags flags = None, Func<string?, string?>? validate = null) =>
        new(name, standard) { Flags = flags, Validate = validate, Description = Placeholder };

    private static StringParameter OptionalText(string name, ParameterFlags flags, params string[] aliases) =>
        new(name, null) { Flags = flags, Aliases = aliases, Description = Placeholder };

    private static bool IsBaseName(string? value) => value!.IndexOfAny(['/', '\\']) < 0;

    private static string? ValidateFileName(string name, string kind, string? value) =>
        value!.Length == 0 ? $"{name} can't be empty" : IsBaseName(value) ? null : $"{name} can't be a path, just a {kind}";

    private static string? ValidateSave(IReadOnlyList<string> list)
    {
        bool valid = list.Count % 2 == 0;
        for (int i = 0; i < list.Count; i++) valid &= CNumber.TryParse(list[i], out long number) && number >= 1 - (i % 2);
        return valid ? null : "Invalid save parameters";
    }

    private static bool IsNoOne(IReadOnlyList<string> list) => list.Count == 2
        && list[0].Equals("no", StringComparison.OrdinalIgnoreCase) && list[1].Equals("one", StringComparison.OrdinalIgnoreCase);

    private static string? ValidateReplicaOf(IReadOnlyList<string> list)
    {
        if (list.Count != 2) return "wrong number of arguments";
        return IsNoOne(list) || (CNumber.TryParse(list[1], out long port) && port is >= 0 and <= 65535) ? null : "Invalid master port";
    }

    private static string? ValidateHostName(string? name)
    {
        if (name is null) return null;
        if (name.Length > HostNameLengthMax) return "Hostnames must be less than 256 characters";
        return name.All(unit => char.IsAsciiLetterOrDigit(unit) || unit is '-' or '.')
            ? null
            : "Hostnames may only contain alphanumeric characters, hyphens or dots";
    }

    private static double Percentile(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;

    private static string? ValidatePercentiles(IReadOnlyList<string> list)
    {
        foreach (string text in list)
        {
            double value = Percentile(text);
            if (double.IsNaN(value)) return "Invalid latency-tracking-info-percentiles parameters";
            if (value is < 0 or > 100) return "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]";
        }

        return null;
    }

    private static IReadOnlyList<string> NormalizeNumbers(IReadOnlyList<string> list) =>
        [.. list.Select(text => CNumber.TryParse(text, out long value) ? value.ToString(CultureInfo.InvariantCulture) : text)];
}
