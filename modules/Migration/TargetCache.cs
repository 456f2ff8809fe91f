using ModularKv.Abstractions;
using ModularKv.Abstractions.Transport;

namespace ModularKv.Migration;

/// <summary>Connections to targets, kept open for a while: keys are moved in many commands. Source: migrateGetSocket.</summary>
internal sealed class TargetCache(IServer server) : IDisposable
{
    /// <summary>Most connections kept. Source: MIGRATE_SOCKET_CACHE_ITEMS.</summary>
    public const int CountMax = 64;

    /// <summary>Seconds that an unused one is kept. Source: MIGRATE_SOCKET_CACHE_TTL.</summary>
    public const long IdleSecondsMax = 10;

    private const long LookEveryMs = 1000;

    private readonly Dictionary<string, Target> _targets = new(StringComparer.Ordinal);
    private IDisposable? _timer;

    /// <summary>Connections open.</summary>
    public int Count => _targets.Count;

    private long NowSeconds => server.Clock.UnixMs / 1000;

    /// <summary>Begins to look for unused connections.</summary>
    public void Start() => _timer = server.Scheduler.Every(LookEveryMs, CloseUnused);

    /// <summary>The connection to that server: the one kept, or a new one.</summary>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    /// <exception cref="IOException">It cannot be reached.</exception>
    public Target Open(string host, string port, long timeoutMs)
    {
        string name = $"{host}:{port}";
        if (!_targets.TryGetValue(name, out Target? target))
        {
            if (_targets.Count == CountMax) Close(_targets.Keys.ElementAt((int)server.Random.Next(CountMax)));
            IDialer dialer = server.Find<IDialer>() ?? throw new IOException("this server has no connections outward");
            _targets.Add(name, target = new Target(name, dialer.Dial(host, LeadingNumber(port), timeoutMs)));
        }

        target.UsedAtSeconds = NowSeconds;
        return target;
    }

    /// <summary>Closes one that has failed.</summary>
    public void Close(Target target) => Close(target.Name);

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        foreach (Target target in _targets.Values) target.Connection.Dispose();
        _targets.Clear();
    }

    private void Close(string name)
    {
        if (_targets.Remove(name, out Target? target)) target.Connection.Dispose();
    }

    private void CloseUnused()
    {
        if (_targets.Count == 0) return;
        long now = NowSeconds;
        foreach (Target target in _targets.Values.Where(target => now - target.UsedAtSeconds > IdleSecondsMax).ToArray()) Close(target);
    }

    // As atoi: what is no number is 0, where nobody listens.
    private static int LeadingNumber(string text)
    {
        int digits = text.TakeWhile(char.IsAsciiDigit).Count();
        return int.TryParse(text.AsSpan(0, digits), out int number) ? number : 0;
    }
}

/// <summary>A connection to a target.</summary>
/// <param name="name">host:port as the command names them.</param>
/// <param name="connection">The connection.</param>
internal sealed class Target(string name, DialedConnection connection)
{
    /// <summary>host:port.</summary>
    public string Name => name;

    /// <summary>The connection.</summary>
    public DialedConnection Connection => connection;

    /// <summary>Unix seconds.</summary>
    public long UsedAtSeconds { get; set; }

    /// <summary>The database that it has selected; -1: nobody knows.</summary>
    public long Database { get; set; } = -1;
}
