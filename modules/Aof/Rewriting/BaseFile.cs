using ModularKv.Abstractions;

namespace ModularKv.Aof.Rewriting;

/// <summary>The file that a rewrite makes. Used on the writing thread.</summary>
internal sealed class BaseFile(IFiles files, string path, bool syncsAsItGoes) : RdbSink
{
    /// <summary>Bytes between two syncs, so that the last one does not hold everything up. Source: REDIS_AUTOSYNC_BYTES.</summary>
    private const long SyncEveryBytes = 4 << 20;

    private DataFile? _file;
    private long _written;
    private long _synced;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> bytes)
    {
        _file ??= files.Create(path);
        _file.Write(bytes);
        _written += bytes.Length;
        if (!syncsAsItGoes || _written - _synced < SyncEveryBytes) return;
        _file.Sync();
        _file.Forget(_synced, _written - _synced);
        _synced = _written;
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        _file ??= files.Create(path);
        _file.Sync();
        _file.Dispose();
    }

    /// <inheritdoc/>
    public override void Abandon()
    {
        try
        {
            _file?.Dispose();
            files.Delete(path);
        }
        catch (IOException)
        {
            // A leftover temporary file is written over by the next rewrite.
        }
    }
}
