namespace ModularKv.Abstractions;

/// <summary>
/// A large file that is written in one go: synced every few megabytes where wanted, so that the last sync, and everyone else's writes, do
/// not wait for all of it, and dropped from the system's cache behind that. The thread gives way after each write. Owns the file. One
/// thread.
/// </summary>
/// <param name="file">The file, new and empty.</param>
/// <param name="isPaced">Whether to sync as it goes.</param>
public sealed class PacedFile(DataFile file, bool isPaced) : IDisposable
{
    /// <summary>Bytes between two syncs. Source: REDIS_AUTOSYNC_BYTES.</summary>
    private const long SyncBytes = 4 << 20;

    private long _written;
    private long _synced;

    /// <summary>Writes behind what was written before.</summary>
    /// <exception cref="IOException">Writing or a sync failed.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        file.Write(bytes);
        _written += bytes.Length;
        if (isPaced && _written - _synced >= SyncBytes) Sync();

        // Where threads share a core the loop goes on now, and not at the system's next tick, 4 ms later.
        Thread.Yield();
    }

    /// <summary>Makes durable what was written.</summary>
    /// <exception cref="IOException">It is not durable.</exception>
    public void Sync()
    {
        file.Sync();
        file.Forget(_synced, _written - _synced);
        _synced = _written;
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
