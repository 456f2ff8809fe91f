using ModularKv.Abstractions;
using ModularKv.Host.Primitives.Unsafe;

namespace ModularKv.Host.Primitives;

/// <summary>The files of this machine.</summary>
internal sealed class DiskFiles : IFiles
{
    /// <inheritdoc/>
    public DataFile Create(string path) => new DiskFile(path, FileMode.Create, FileAccess.Write);

    /// <inheritdoc/>
    public DataFile Append(string path) => new DiskFile(path, FileMode.OpenOrCreate, FileAccess.Write);

    /// <inheritdoc/>
    public DataFile Open(string path) => new DiskFile(path, FileMode.Open, FileAccess.Read);

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        string path = directory.Length == 0 ? "." : directory;
        return Directory.Exists(path) ? [.. Guard(() => Directory.GetFiles(path)).Select(Path.GetFileName)!] : [];
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path) => Guard(() => Directory.CreateDirectory(path));

    /// <inheritdoc/>
    public void Rename(string from, string to) => Guard(() => File.Move(from, to, overwrite: true));

    /// <inheritdoc/>
    public void Delete(string path)
    {
        if (File.Exists(path)) Guard(() => File.Delete(path));
    }

    /// <inheritdoc/>
    public void SyncDirectory(string directory)
    {
        if (OperatingSystem.IsLinux()) DiskCalls.SyncDirectory(directory.Length == 0 ? "." : directory);
    }

    // Every refusal becomes an IOException with the system's reason; what DiskCalls throws has it already.
    private static T Guard<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (FileNotFoundException e)
        {
            throw new FileNotFoundException(SystemReason.Of(e), e.FileName, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(SystemReason.Of(e), e);
        }
    }

    private static void Guard(Action call) => Guard(() =>
    {
        call();
        return true;
    });

    private sealed class DiskFile : DataFile
    {
        private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _handle;
        private long _at;

        public DiskFile(string path, FileMode mode, FileAccess access)
        {
            _handle = Guard(() => File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete));
            if (mode == FileMode.OpenOrCreate) _at = Length;
        }

        public override long Length => Guard(() => RandomAccess.GetLength(_handle));

        public override int Read(Span<byte> into)
        {
            try
            {
                int read = RandomAccess.Read(_handle, into, _at);
                _at += read;
                return read;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new IOException(SystemReason.Of(e), e);
            }
        }

        public override void Seek(long position) => _at = position;

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            try
            {
                RandomAccess.Write(_handle, bytes, _at);
                _at += bytes.Length;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new IOException(SystemReason.Of(e), e);
            }
        }

        public override void Sync()
        {
            if (OperatingSystem.IsLinux()) DiskCalls.SyncData(_handle);
            else Guard(() => RandomAccess.FlushToDisk(_handle));
        }

        public override void Truncate(long length)
        {
            Guard(() => RandomAccess.SetLength(_handle, length));
            _at = Math.Min(_at, length);
        }

        public override void Forget(long from, long length)
        {
            if (OperatingSystem.IsLinux()) DiskCalls.Forget(_handle, from, length);
        }

        public override void Dispose() => _handle.Dispose();
    }
}
