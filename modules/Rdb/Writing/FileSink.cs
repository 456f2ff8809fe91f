using ModularKv.Abstractions;

namespace ModularKv.Rdb.Writing;

/// <summary>
/// A file that appears under its name only when it is whole and durable: written beside it, synced, renamed, the directory synced.
/// </summary>
/// <param name="files">Where it is written.</param>
/// <param name="name">Its name.</param>
/// <param name="directory">The directory as messages name it.</param>
/// <param name="syncsOften">Syncs every few megabytes, so that the last sync has little to do.</param>
internal sealed class FileSink(IFiles files, string name, string directory, bool syncsOften) : RdbSink
{
    private PacedFile? _file;

    /// <summary>Name while it is written; told by the process, as there is one save at a time.</summary>
    public static string TemporaryName => $"temp-{Environment.ProcessId}.rdb";

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> bytes)
    {
        _file ??= Open();
        try
        {
            _file.Write(bytes);
        }
        catch (IOException e)
        {
            throw new IOException($"Write error saving DB on disk(write): {e.Message} ({Advice})", e);
        }
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        _file ??= Open();
        try
        {
            _file.Sync();
            _file.Dispose();
            _file = null;
        }
        catch (IOException e)
        {
            throw new IOException($"Write error saving DB on disk(fsync): {e.Message} ({Advice})", e);
        }

        AppDomain.CurrentDomain.ProcessExit -= ProcessEnds;
        try
        {
            files.Rename(TemporaryName, name);
        }
        catch (IOException e)
        {
            throw new IOException($"Error moving temp DB file {TemporaryName} on the final destination {name} (in server root dir "
                + $"{directory}): {e.Message} ({Advice})", e);
        }

        try
        {
            files.SyncDirectory("");
        }
        catch (IOException e)
        {
            throw new IOException($"Write error saving DB on disk(fsyncFileDir): {e.Message} (the new {name} is in place, but a power "
                + "failure may bring the old one back; check the disk)", e);
        }
    }

    /// <inheritdoc/>
    public override void Abandon()
    {
        AppDomain.CurrentDomain.ProcessExit -= ProcessEnds;
        try
        {
            _file?.Dispose();
            files.Delete(TemporaryName);
        }
        catch (IOException)
        {
            // The save has failed anyway, and says why; the next one overwrites what is left.
        }
    }

    private string Advice => $"{name} stays as it was; look at space, rights and health of the disk of {directory}";

    // Of a save that holds the loop while the process is told to end at once, nothing stays.
    private void ProcessEnds(object? sender, EventArgs e) => Abandon();

    private PacedFile Open()
    {
        AppDomain.CurrentDomain.ProcessExit += ProcessEnds;
        try
        {
            return new PacedFile(files.Create(TemporaryName), syncsOften);
        }
        catch (IOException e)
        {
            throw new IOException(
                $"Failed opening the temp RDB file {TemporaryName} (in server root dir {directory}) for saving: {e.Message} ({Advice})", e);
        }
    }
}
