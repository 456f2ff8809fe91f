using ModularKv.Abstractions;

namespace ModularKv.Host.Server;

/// <summary>Loading a data set, as the kernel sees it: what is refused meanwhile, and when clients get their turn.</summary>
internal sealed class LoadingState(Kernel kernel) : ILoading
{
    private const string Refusal = "LOADING Redis is loading the dataset in memory";

    /// <summary>Bytes after which clients are served, unless loading-process-events-interval-bytes says otherwise.</summary>
    private const long ServeEveryBytesDefault = 2 << 20;

    private long _serveEveryBytes;
    private IDisposable? _work;
    private long _servedAt;

    /// <inheritdoc/>
    public bool Active => _work is not null;

    /// <inheritdoc/>
    public long StartedAtMs { get; private set; }

    /// <inheritdoc/>
    public long TotalBytes { get; private set; }

    /// <inheritdoc/>
    public long LoadedBytes { get; private set; }

    /// <inheritdoc/>
    public long FileMemoryBytes { get; set; }

    /// <inheritdoc/>
    public void Begin(long totalBytes)
    {
        Invariant.Check(!Active, "loading was begun while it is under way");
        _work = kernel.LongWork.Begin(Refusal, CommandFlags.Loading);
        StartedAtMs = kernel.Clock.UnixMs;
        TotalBytes = totalBytes;
        LoadedBytes = _servedAt = FileMemoryBytes = 0;
        bool isSet = long.TryParse(kernel.Store.Find("loading-process-events-interval-bytes")?.Format(), out long bytes);
        _serveEveryBytes = isSet && bytes > 0 ? bytes : ServeEveryBytesDefault;
        kernel.LoadingChanged();
    }

    /// <inheritdoc/>
    public void Progress(long loadedBytes)
    {
        LoadedBytes = loadedBytes;
        if (loadedBytes - _servedAt < _serveEveryBytes) return;
        _servedAt = loadedBytes;
        if (kernel.Executor.Depth == 0) kernel.LongWork.Serve();
    }

    /// <inheritdoc/>
    public void End()
    {
        if (_work is null) return;
        _work.Dispose();
        _work = null;
        kernel.LoadingChanged();
    }
}
