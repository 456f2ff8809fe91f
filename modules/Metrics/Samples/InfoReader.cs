using System.Globalization;

namespace ModularKv.Metrics.Samples;

/// <summary>Turns the text of INFO everything into samples, as redis_exporter does. Knows nothing of the server: any thread.</summary>
internal sealed class InfoReader
{
    private const double MicrosPerSecond = 1e6;
    private const double MillisecondsPerSecond = 1e3;
    private static readonly Family Up = Gauge("up", "Whether the server answered.");
    private static readonly Family Start = Gauge("start_time_seconds", "When the server started, Unix time.");
    private static readonly Family Instance = Gauge("instance_info", "What this server is.");
    private static readonly Family Calls = Counter("commands_total", "Calls per command.");
    private static readonly Family Duration = Counter("commands_duration_seconds_total", "Seconds spent per command.");
    private static readonly Family Rejected = Counter("commands_rejected_calls_total", "Calls refused before they ran, per command.");
    private static readonly Family Failed = Counter("commands_failed_calls_total", "Calls that answered with an error, per command.");
    private static readonly Family Quantiles = Gauge("latency_percentiles_usec", "Microseconds in which that share of the calls ended.");
    private static readonly Family Errors = Counter("errors_total", "Error replies by code.");
    private static readonly Family Keys = Gauge("db_keys", "Keys per database.");
    private static readonly Family Expiring = Gauge("db_keys_expiring", "Keys with a time to live, per database.");
    private static readonly Family AverageTtl = Gauge("db_avg_ttl_seconds", "Average time to live, per database.");
    private static readonly Family LastSlow = Gauge("last_slow_execution_duration_seconds", "The slow log's newest entry.");
    private static readonly Family SpikeTime = Gauge("latency_spike_last", "When the event was last slow, Unix time.");
    private static readonly Family SpikeDuration = Gauge("latency_spike_duration_seconds", "How long it took then.");
    private static readonly Family ModuleInfo = Gauge("module_info", "A module that is loaded.");
    private static readonly Family ModuleMemory = Gauge("module_memory_bytes", "Off-heap memory that a module holds.");
    private static readonly Family ModuleCalls = Counter("module_calls_total", "Calls of a module's commands.");
    private static readonly Family ModuleDuration = Counter("module_duration_seconds_total", "Seconds spent in a module's commands.");
    private static readonly Family ModuleFaults = Counter("module_faults_total", "Calls of a module's commands that threw.");

    private static readonly string[] InstanceLabels =
        ["role", "redis_version", "redis_build_id", "redis_mode", "os", "maxmemory_policy", "tcp_port", "run_id", "process_id"];

    private readonly List<Sample> _samples = [];
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    private InfoReader()
    {
    }

    /// <summary>Reads the text. Lines that say nothing measurable are passed over.</summary>
    /// <param name="info">As INFO everything replies it.</param>
    /// <param name="more">Samples that INFO does not tell.</param>
    public static Snapshot Read(string info, IEnumerable<Sample> more)
    {
        var reader = new InfoReader();
        foreach (string line in info.Split("\r\n"))
        {
            int colon = line.IndexOf(':');
            if (colon > 0 && line[0] != '#') reader.Take(line[..colon], line[(colon + 1)..]);
        }

        reader.TakeWhole();
        return new Snapshot(reader._samples.Concat(more));
    }

    private static Family Gauge(string name, string help) => new(InfoNames.Prefix + name, false, help);

    private static Family Counter(string name, string help) => new(InfoNames.Prefix + name, true, help);

    private void Take(string name, string value)
    {
        if (name == "module") TakeModule(Parts(value));
        else if (After(name, "cmdstat_") is { } command) TakeCommand(command, Parts(value));
        else if (After(name, "latency_percentiles_usec_") is { } measured) TakeQuantiles(measured, value);
        else if (After(name, "errorstat_") is { } code) Add(Errors, Parts(value), "count", 1, ("err", code));
        else if (After(name, "latency_event_") is { } happened) TakeEvent(happened, Parts(value));
        else if (name.StartsWith("db", StringComparison.Ordinal) && value.StartsWith("keys=", StringComparison.Ordinal))
            TakeDatabase(name, Parts(value));
        else TakeField(name, value);
    }

    private void TakeField(string name, string value)
    {
        _fields[name] = value;
        if (InfoNames.Find(name) is not { } family) return;
        if (value is "ok" or "yes") value = "1";
        else if (value is "err" or "fail" or "no") value = "0";
        if (Number(value) is { } number) _samples.Add(new Sample(family, [], number));
    }

    private void TakeCommand(string command, Dictionary<string, string> parts)
    {
        Add(Calls, parts, "calls", 1, ("cmd", command));
        Add(Duration, parts, "usec", MicrosPerSecond, ("cmd", command));
        Add(Rejected, parts, "rejected_calls", 1, ("cmd", command));
        Add(Failed, parts, "failed_calls", 1, ("cmd", command));
    }

    private void TakeQuantiles(string command, string value)
    {
        foreach ((string percentile, string micros) in Parts(value))
        {
            if (Number(percentile[1..]) is not { } percent || Number(micros) is not { } number) continue;
            string quantile = (percent / 100).ToString("0.######", CultureInfo.InvariantCulture);
            _samples.Add(new Sample(Quantiles, Labels(("cmd", command), ("quantile", quantile)), number));
        }
    }

    private void TakeEvent(string name, Dictionary<string, string> parts)
    {
        Add(SpikeTime, parts, "time", 1, ("event_name", name));
        Add(SpikeDuration, parts, "latest_ms", MillisecondsPerSecond, ("event_name", name));
    }

    private void TakeDatabase(string database, Dictionary<string, string> parts)
    {
        Add(Keys, parts, "keys", 1, ("db", database));
        Add(Expiring, parts, "expires", 1, ("db", database));
        Add(AverageTtl, parts, "avg_ttl", MillisecondsPerSecond, ("db", database));
    }

    private void TakeModule(Dictionary<string, string> parts)
    {
        if (!parts.TryGetValue("name", out string? name)) return;
        (string, string) label = ("name", name);
        _samples.Add(new Sample(ModuleInfo, Labels(label, ("ver", parts.GetValueOrDefault("ver", ""))), 1));
        Add(ModuleMemory, parts, "memory", 1, label);
        Add(ModuleCalls, parts, "calls", 1, label);
        Add(ModuleDuration, parts, "usec", MicrosPerSecond, label);
        Add(ModuleFaults, parts, "faults", 1, label);
    }

    // What needs more than one field.
    private void TakeWhole()
    {
        _samples.Add(new Sample(Up, [], 1));
        _samples.Add(new Sample(
            Instance, Labels([.. InstanceLabels.Select(label => (label, _fields.GetValueOrDefault(label, "")))]), 1));
        if (Number(_fields.GetValueOrDefault("slowlog_last_duration_us")) is { } micros)
        {
            _samples.Add(new Sample(LastSlow, [], micros / MicrosPerSecond));
        }

        double? now = Number(_fields.GetValueOrDefault("server_time_usec"));
        if (now is not { } time || Number(_fields.GetValueOrDefault("uptime_in_seconds")) is not { } up) return;
        _samples.Add(new Sample(Start, [], Math.Floor(time / MicrosPerSecond) - up));
    }

    private void Add(
        Family family, Dictionary<string, string> parts, string part, double divisor, params ReadOnlySpan<(string, string)> labels)
    {
        if (Number(parts.GetValueOrDefault(part)) is { } number) _samples.Add(new Sample(family, Labels(labels), number / divisor));
    }

    private static KeyValuePair<string, object?>[] Labels(params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var pairs = new KeyValuePair<string, object?>[labels.Length];
        for (int i = 0; i < pairs.Length; i++) pairs[i] = new(labels[i].Name, labels[i].Value);
        return pairs;
    }

    private static string? After(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : null;

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    private static Dictionary<string, string> Parts(string value)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string part in value.Split(','))
        {
            int equals = part.IndexOf('=');
            if (equals > 0) parts[part[..equals]] = part[(equals + 1)..];
        }

        return parts;
    }
}
