using ModularKv.Abstractions;

namespace ModularKv.Rdb.Saving;

/// <summary>Brings the server's life to the data set's file: loading at start, save points.</summary>
internal sealed class LifeObserver(DataSetFile file, DataSetLoad loading, IRdbFormat format) : ServerObserver
{
    /// <summary>
    /// Writes an image without keys to nowhere, before clients come: what a save does first on the loop is compiled by that, which
    /// otherwise holds the first BGSAVE up by some 4 ms.
    /// </summary>
    public override void Started() => format.Save(new Nowhere(), new RdbSaveOptions(FunctionsOnly: true), _ => { }).Complete();

    /// <inheritdoc/>
    public override void Tick() => file.Tick();

    /// <inheritdoc/>
    public override bool LoadDataset() => loading.LoadAtStart();

    private sealed class Nowhere : RdbSink
    {
        public override void Write(ReadOnlySpan<byte> bytes)
        {
        }

        public override void Complete()
        {
        }

        public override void Abandon()
        {
        }
    }
}

/// <summary>
/// FLUSHALL ends a background save, whose image nobody wants any more, and with save points set writes an empty file.
/// Source: flushAllDataAndResetRDB.
/// </summary>
internal sealed class FlushObserver : KeyObserver
{
    private readonly IServer _server;
    private readonly RdbSettings _settings;
    private readonly DataSetFile _file;

    public FlushObserver(IServer server, RdbSettings settings, DataSetFile file)
    {
        _server = server;
        _settings = settings;
        _file = file;
        Interest = KeyInterest.Flushes;
    }

    /// <summary>Set while somebody empties the databases in order to load them again.</summary>
    public bool IsSuspended { get; set; }

    /// <inheritdoc/>
    public override void Flushing(Database? database, Database? swappedWith)
    {
        if (database is not null || IsSuspended || _server.Loading.Active || _server.CurrentClient is null) return;
        _file.CancelBackground("FLUSHALL");
        if (_settings.HasSavePoints) _server.AfterCommand(SaveEmpty);
    }

    private void SaveEmpty()
    {
        if (!_server.Snapshots.Active) _file.Save();
    }
}
