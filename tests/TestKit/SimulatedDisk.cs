using ModularKv.Abstractions;

namespace ModularKv.TestKit;

/// <summary>
/// Files in memory that behave as a disk may: <see cref="Crash"/> loses what was not synced, tears the last write and undoes directory
/// changes that were not made durable; calls fail when told to. Everything random comes from the seed. Any thread.
/// </summary>
/// <remarks>
/// A crash keeps a random prefix of each file's unsynced writes, cut within a write (writes reach a disk in order here; a file system
/// that reorders them within a file is not simulated). Of the directory changes since the last <see cref="SyncDirectory"/> it keeps a
/// random prefix too, in the order in which they were made. Files that were open stay usable as ghosts: what is written to them is lost.
/// </remarks>
public sealed class SimulatedDisk(ulong seed) : IFiles
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(HashCode.Combine(seed));
    private readonly Dictionary<string, Content> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal) { "" };
    private readonly List<Change> _unsyncedChanges = [];
    private Dictionary<string, Content> _durableNames = new(StringComparer.Ordinal);
    private int _generation;

    /// <summary>
    /// Asked before each call that changes something; what it gives back is thrown. The place to fail the n-th of a kind.
    /// </summary>
    public Func<DiskCall, IOException?>? Fault { get; set; }

    /// <summary>Bytes that fit onto it; a write beyond is done in part and fails.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>Calls so far that change something: reads and lists do not count.</summary>
    public int Calls { get; private set; }

    /// <summary>A <see cref="Fault"/> that fails one call of a kind, and no other.</summary>
    /// <param name="operation">The kind; null: any.</param>
    /// <param name="number">Which one, counted from 1 and from now.</param>
    public void FailOnce(DiskOperation? operation, int number, string reason = "Input/output error")
    {
        int seen = 0;
        Fault = call => (operation is null || call.Operation == operation) && ++seen == number ? new IOException(reason) : null;
    }

    /// <summary>The machine loses power: see the class. What remains is what <see cref="IFiles"/> shows from now on.</summary>
    public void Crash()
    {
        lock (_lock)
        {
            _generation++;
            int kept = _random.Next(_unsyncedChanges.Count + 1);
            var names = new Dictionary<string, Content>(_durableNames, StringComparer.Ordinal);
            foreach (Change change in _unsyncedChanges.Take(kept)) change.Apply(names);
            _unsyncedChanges.Clear();
            _names.Clear();
            foreach ((string name, Content content) in names) _names[name] = content.AfterCrash(_random);
            _durableNames = new Dictionary<string, Content>(_names, StringComparer.Ordinal);
        }
    }

    /// <summary>The process is killed, the machine lives on: everything that was written stays, and files it had open are closed.</summary>
    public void Kill()
    {
        lock (_lock) _generation++;
    }

    /// <summary>A file's bytes as the running system shows them.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public byte[] ReadAll(string path)
    {
        lock (_lock) return Find(path).Bytes.ToArray();
    }

    /// <summary>Puts a file there, durably.</summary>
    public void Put(string path, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            var content = new Content();
            content.Bytes.AddRange(bytes);
            content.Sync();
            _names[Clean(path)] = content;
            _durableNames[Clean(path)] = content;
        }
    }

    /// <inheritdoc/>
    public DataFile Create(string path)
    {
        lock (_lock)
        {
            Ask(DiskOperation.Create, path);
            if (_names.TryGetValue(Clean(path), out Content? content)) content.Truncate(0);
            else Make(new Change(Clean(path), content = new Content(), null));
            return new File(this, path, content);
        }
    }

    /// <inheritdoc/>
    public DataFile Append(string path)
    {
        lock (_lock)
        {
            Ask(DiskOperation.Create, path);
            if (!_names.TryGetValue(Clean(path), out Content? content)) Make(new Change(Clean(path), content = new Content(), null));
            return new File(this, path, content);
        }
    }

    /// <inheritdoc/>
    public DataFile Open(string path)
    {
        lock (_lock) return new File(this, path, Find(path));
    }

    /// <inheritdoc/>
    public bool Exists(string path)
    {
        lock (_lock) return _names.ContainsKey(Clean(path));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        lock (_lock)
        {
            string prefix = Clean(directory) is { Length: > 0 } folder ? folder + "/" : "";
            return [.. _names.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !name[prefix.Length..].Contains('/'))
                .Select(name => name[prefix.Length..]).Order(StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        lock (_lock)
        {
            Ask(DiskOperation.CreateDirectory, path);
            _directories.Add(Clean(path));
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        lock (_lock)
        {
            Ask(DiskOperation.Rename, to);
            Make(new Change(Clean(to), Find(from), Clean(from)));
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        lock (_lock)
        {
            if (!_names.ContainsKey(Clean(path))) return;
            Ask(DiskOperation.Delete, path);
            Make(new Change(Clean(path), null, null));
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string directory)
    {
        lock (_lock)
        {
            Ask(DiskOperation.SyncDirectory, directory);

            // All directories at once: a test that needs them apart can ask for it in Fault.
            _durableNames = new Dictionary<string, Content>(_names, StringComparer.Ordinal);
            _unsyncedChanges.Clear();
        }
    }

    private static string Clean(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path.TrimEnd('/');

    private Content Find(string path)
        => _names.TryGetValue(Clean(path), out Content? content)
            ? content
            : throw new FileNotFoundException($"Could not find file '{path}'.", path);

    private void Make(Change change)
    {
        change.Apply(_names);
        _unsyncedChanges.Add(change);
    }

    private void Ask(DiskOperation operation, string path)
    {
        Calls++;
        if (Fault?.Invoke(new DiskCall(operation, path, Calls)) is { } error) throw error;
    }

    /// <summary>What a name stands for from now on: null, nothing. <paramref name="From"/> stands for nothing afterwards.</summary>
    private sealed record Change(string Name, Content? Content, string? From)
    {
        public void Apply(Dictionary<string, Content> names)
        {
            if (From is not null) names.Remove(From);
            if (Content is null) names.Remove(Name);
            else names[Name] = Content;
        }
    }

    private sealed class Content
    {
        // What a crash leaves for certain is this much; and where the file was cut since the last sync, perhaps what was there before.
        private int _durable;
        private byte[]? _beforeCut;

        public List<byte> Bytes { get; } = [];

        public void Sync()
        {
            _durable = Bytes.Count;
            _beforeCut = null;
        }

        public void Truncate(long length)
        {
            if (length < _durable) _beforeCut ??= [.. Bytes.Take(_durable)];
            Bytes.RemoveRange((int)length, Bytes.Count - (int)length);
            _durable = Math.Min(_durable, (int)length);
        }

        public Content AfterCrash(Random random)
        {
            var content = new Content();
            int unsynced = random.Next(Bytes.Count - _durable + 1);
            if (_beforeCut is not null && random.Next(2) == 0) content.Bytes.AddRange(_beforeCut);
            else content.Bytes.AddRange(Bytes[..(_durable + unsynced)]);
            content.Sync();
            return content;
        }
    }

    private sealed class File(SimulatedDisk disk, string path, Content content) : DataFile
    {
        private readonly int _generation = disk._generation;
        private int _at;

        public override long Length
        {
            get
            {
                lock (disk._lock) return content.Bytes.Count;
            }
        }

        private bool IsGhost => _generation != disk._generation;

        public override int Read(Span<byte> into)
        {
            lock (disk._lock)
            {
                int count = Math.Max(0, Math.Min(into.Length, content.Bytes.Count - _at));
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(content.Bytes).Slice(_at, count).CopyTo(into);
                _at += count;
                return count;
            }
        }

        public override void Seek(long position) => _at = (int)position;

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            lock (disk._lock)
            {
                if (IsGhost) return;
                disk.Ask(DiskOperation.Write, path);
                long room = disk.CapacityBytes;
                if (room < long.MaxValue) room -= disk._names.Values.Sum(one => (long)one.Bytes.Count);
                content.Bytes.AddRange(bytes[..(int)Math.Clamp(room, 0L, bytes.Length)]);
                if (room < bytes.Length) throw new IOException("No space left on device");
            }
        }

        public override void Sync()
        {
            lock (disk._lock)
            {
                if (IsGhost) return;
                disk.Ask(DiskOperation.Sync, path);
                content.Sync();
            }
        }

        public override void Truncate(long length)
        {
            lock (disk._lock)
            {
                if (IsGhost) return;
                disk.Ask(DiskOperation.Truncate, path);
                content.Truncate(length);
            }
        }

        public override void Dispose()
        {
        }
    }
}

/// <summary>A call that changes something on a <see cref="SimulatedDisk"/>.</summary>
/// <param name="Operation">Its kind.</param>
/// <param name="Path">The file (of a rename: its new name) or directory.</param>
/// <param name="Number">Its number since the disk was made, from 1.</param>
public readonly record struct DiskCall(DiskOperation Operation, string Path, int Number);

/// <summary>Kinds of calls that change something.</summary>
public enum DiskOperation
{
    Create,
    Write,
    Sync,
    Truncate,
    Rename,
    Delete,
    CreateDirectory,
    SyncDirectory,
}
