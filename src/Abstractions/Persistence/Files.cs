namespace ModularKv.Abstractions;

/// <summary>
/// Files of the data set, the only way in which persistence touches a disk: tests put a simulated one here, which loses what was not
/// synced, tears the last write and fails when told to. May be used on any thread; paths are relative to <c>dir</c>.
/// </summary>
/// <remarks>Every member throws <see cref="IOException"/> where the operating system refuses; its message is the system's reason.</remarks>
public interface IFiles
{
    /// <summary>Creates a file for writing, emptying one that is there.</summary>
    DataFile Create(string path);

    /// <summary>Opens a file for writing at its end, creating it where there is none.</summary>
    DataFile Append(string path);

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    DataFile Open(string path);

    /// <summary>Whether there is a file of that name.</summary>
    bool Exists(string path);

    /// <summary>Names of the files in a directory, without it; empty where there is no such directory.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Creates a directory unless it exists.</summary>
    void CreateDirectory(string path);

    /// <summary>Gives a file another name, replacing what has it: whole or not at all.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file; nothing happens where there is none.</summary>
    void Delete(string path);

    /// <summary>Makes what was created, renamed and deleted in a directory durable. "": the directory itself.</summary>
    void SyncDirectory(string directory);
}

/// <summary>An open file. One thread at a time, but that <see cref="Sync"/> may run on another one beside writing.</summary>
public abstract class DataFile : IDisposable
{
    /// <summary>Bytes in it.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public abstract long Length { get; }

    /// <summary>Reads from where the last read ended. 0: the file ends.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public abstract int Read(Span<byte> into);

    /// <summary>Goes to another place for the next <see cref="Read"/>.</summary>
    public abstract void Seek(long position);

    /// <summary>Writes all of the bytes behind those written before, to the operating system: a killed process loses none of it.</summary>
    /// <exception cref="IOException">Only a part, or nothing, was written; <see cref="Length"/> tells how far it came.</exception>
    public abstract void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Makes what was written durable (fdatasync).</summary>
    /// <exception cref="IOException">It is not: nothing can be said about what was written since the last success.</exception>
    public abstract void Sync();

    /// <summary>Cuts the file off.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public abstract void Truncate(long length);

    /// <summary>
    /// Tells the system that these bytes will not be read again soon, so that a large file does not push everything else out of its cache.
    /// </summary>
    public virtual void Forget(long from, long length)
    {
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
