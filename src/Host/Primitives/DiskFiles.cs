using System.ComponentModel;
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

    // A refusal for want of rights is a refusal by the system like any other.
    internal static T Guard<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or Win32Exception)
        {
            throw new IOException(e.Message, e);
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
            if (mode == FileMode.OpenOrCreate) _at = RandomAccess.GetLength(_handle);
        }

        public override long Length => RandomAccess.GetLength(_handle);

        public override int Read(Span<byte> into)
        {
            int read = RandomAccess.Read(_handle, into, _at);
            _at += read;
            return read;
        }

        public override void Seek(long position) => _at = position;

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            RandomAccess.Write(_handle, bytes, _at);
            _at += bytes.Length;
        }

        public override void Sync()
        {
            if (OperatingSystem.IsLinux()) DiskCalls.SyncData(_handle);
            else RandomAccess.FlushToDisk(_handle);
        }

        public override void Truncate(long length)
        {
            RandomAccess.SetLength(_handle, length);
            _at = Math.Min(_at, length);
        }

        public override void Forget(long from, long length)
        {
            if (OperatingSystem.IsLinux()) DiskCalls.Forget(_handle, from, length);
        }

        public override void Dispose() => _handle.Dispose();
    }
}
