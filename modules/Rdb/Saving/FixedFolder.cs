using ModularKv.Abstractions;

namespace ModularKv.Rdb.Saving;

/// <summary>
/// Files in the directory that was the server's when a save began: CONFIG SET dir meanwhile concerns the next one, as a child of Redis
/// keeps the directory it was forked in.
/// </summary>
/// <param name="files">All files.</param>
/// <param name="directory">The server's directory, absolute. Asked on any thread.</param>
internal sealed class FixedFolder(IFiles files, Func<string> directory) : IFiles
{
    private readonly string _directory = directory();

    /// <inheritdoc/>
    public DataFile Create(string path) => files.Create(At(path));

    /// <inheritdoc/>
    public DataFile Append(string path) => files.Append(At(path));

    /// <inheritdoc/>
    public DataFile Open(string path) => files.Open(At(path));

    /// <inheritdoc/>
    public bool Exists(string path) => files.Exists(At(path));

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string path) => files.List(At(path));

    /// <inheritdoc/>
    public void CreateDirectory(string path) => files.CreateDirectory(At(path));

    /// <inheritdoc/>
    public void Rename(string from, string to) => files.Rename(At(from), At(to));

    /// <inheritdoc/>
    public void Delete(string path) => files.Delete(At(path));

    /// <inheritdoc/>
    public void SyncDirectory(string path) => files.SyncDirectory(At(path));

    private string At(string path) => directory() == _directory ? path : Path.Combine(_directory, path);
}
