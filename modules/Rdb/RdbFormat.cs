using ModularKv.Abstractions;
using ModularKv.Rdb.Commands;
using ModularKv.Rdb.Format;
using ModularKv.Rdb.Writing;

namespace ModularKv.Rdb;

/// <summary>Reads an image into the databases.</summary>
/// <param name="source">Where from.</param>
/// <param name="replace">Keys that are there already are replaced; otherwise they are an error.</param>
internal delegate RdbLoaded ImageLoad(RdbSource source, bool replace);

/// <summary>The format as a service.</summary>
internal sealed class RdbFormat(IServer server, RdbSettings settings, KeptAux kept, ImageLoad load, DumpCommand dump) : IRdbFormat
{
    /// <summary>The save under way, whoever asked for it; null: none.</summary>
    public RdbSave? Current { get; private set; }

    /// <summary>The most bytes that waited in a queue at once, in the last save.</summary>
    public long LastPeakBytes { get; private set; }

    /// <summary>DEBUG FAIL-SAVE: what a killed child is for Redis's tests.</summary>
    public DebugSubcommand FailSave => new()
    {
        Name = "fail-save", Summary = "Lets the snapshot that is being written fail, if there is one.",
        Handler = (ref CommandContext call) =>
        {
            Current?.Cancel("DEBUG FAIL-SAVE");
            call.Reply.Ok();
        },
    };

    /// <inheritdoc/>
    public IRdbSave Save(RdbSink sink, RdbSaveOptions options, Action<string?> ended)
    {
        Invariant.Check(Current is null && !server.Snapshots.Active, "a save was started while a snapshot is under way");
        var how = new WritingOptions(settings.Compression.Value, settings.Checksum.Value, settings.KeyDelayMicros.Value);
        RdbSave save = null!;
        save = RdbSave.Start(server, sink, ImageHead.Of(server, settings, kept, options), how, End, !options.FunctionsOnly);
        Current = save;
        return save;

        void End(string? error)
        {
            LastPeakBytes = save.PeakQueuedBytes;
            Current = null;
            ended(error);
        }
    }

    /// <inheritdoc/>
    public RdbLoaded Load(RdbSource source) => load(source, false);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Dump(Entry entry) => dump.PayloadOf(entry);
}
