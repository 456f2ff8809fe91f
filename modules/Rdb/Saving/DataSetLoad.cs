using System.Globalization;
using ModularKv.Abstractions;

namespace ModularKv.Rdb.Saving;

/// <summary>Loads the data set's file, at start and for DEBUG RELOAD. Loop thread only.</summary>
internal sealed class DataSetLoad(IServer server, RdbSettings settings, ImageLoad load)
{
    private const double MicrosPerSecond = 1e6;

    /// <summary>Keys that the last load left out because they had expired.</summary>
    public long KeysExpired { get; private set; }

    /// <summary>Keys that the last load brought.</summary>
    public long KeysLoaded { get; private set; }

    /// <summary>Loads the file.</summary>
    /// <param name="replace">Keys that are there already are replaced; otherwise they are an error.</param>
    /// <returns>False: there is no such file.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="ValueFormatException">It is broken.</exception>
    public bool Load(bool replace = false)
    {
        string name = settings.FileName.Text;
        if (!server.Files.Exists(name)) return false;
        using DataFile file = server.Files.Open(name);
        server.Loading.Begin(file.Length);
        try
        {
            RdbLoaded loaded = load(new FileSource(file), replace);
            (KeysLoaded, KeysExpired) = (loaded.Keys, loaded.Expired);
            return true;
        }
        finally
        {
            server.Loading.End();
        }
    }

    /// <summary>Loads the file at start, unless the data set is in an append-only file.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ModuleException">It cannot be loaded: the server ends.</exception>
    public bool LoadAtStart()
    {
        if (settings.UsesAppendOnlyFile) return false;
        try
        {
            long start = server.Clock.MonotonicMicros();
            if (!Load()) return false;
            double seconds = (server.Clock.MonotonicMicros() - start) / MicrosPerSecond;
            server.Log.Notice(string.Create(CultureInfo.InvariantCulture, $"DB loaded from disk: {seconds:F3} seconds"));
            return true;
        }
        catch (Exception e) when (e is IOException or ValueFormatException)
        {
            if (server.LongWork.IsStopping) return true;
            server.Log.Warning("Terminating server after rdb file reading failure.");
            throw new ModuleException($"Fatal error loading the DB: {e.Message}. Exiting. (The file is {settings.FileName.Text} in "
                + $"{settings.Directory}: redis-check-rdb shows where it is broken; move it away to start without it.)");
        }
    }

    private sealed class FileSource(DataFile file) : RdbSource
    {
        public override int Read(Span<byte> into) => file.Read(into);

        public override void Unread(ReadOnlySpan<byte> bytes)
        {
            // What stands behind the image in a file of its own is nobody's.
        }
    }
}
