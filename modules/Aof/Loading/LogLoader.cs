using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Aof.Manifest;

namespace ModularKv.Aof.Loading;

/// <summary>What loading came to; what makes it impossible is thrown.</summary>
internal enum LoadResult
{
    /// <summary>Loaded.</summary>
    Loaded,

    /// <summary>The last file was cut behind its last whole command.</summary>
    Truncated,

    /// <summary>There is nothing in the files.</summary>
    Empty,

    /// <summary>There is no log.</summary>
    Missing,

    /// <summary>The server was asked to stop.</summary>
    Stopped,
}

/// <summary>Loads the files of the log, in order. Source: aof.c, loadAppendOnlyFiles and loadSingleAppendOnlyFile.</summary>
internal sealed class LogLoader(IServer server, AofSettings settings, ManifestStore store)
{
    /// <summary>Bytes read at a time; clients are served in between.</summary>
    private const int ChunkBytes = 256 * 1024;

    private readonly byte[] _chunk = GC.AllocateUninitializedArray<byte>(ChunkBytes, pinned: true);
    private long _loadedBefore;

    /// <summary>Bytes of all files.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Bytes of the base.</summary>
    public long BaseBytes { get; private set; }

    /// <summary>Loads them into the databases, which should be empty.</summary>
    /// <param name="manifest">Which files; an old log is taken in first.</param>
    /// <exception cref="ModuleException">They cannot be loaded; the reason. What was loaded before stays.</exception>
    public LoadResult Load(AofManifest manifest)
    {
        if (store.HasOldLog && IsToBeAdopted(manifest)) store.Adopt(manifest);
        if (manifest.IsEmpty) return LoadResult.Missing;
        AofPart[] parts = [.. manifest.Parts];
        Measure(parts);
        if (TotalBytes == 0) return LoadResult.Empty;
        _loadedBefore = 0;
        server.Loading.Begin(TotalBytes);
        try
        {
            LoadResult result = LoadResult.Loaded;
            for (int i = 0; i < parts.Length && result != LoadResult.Stopped; i++)
            {
                result = LoadPart(parts[i]);
                if (result != LoadResult.Truncated || i == parts.Length - 1) continue;
                throw new ModuleException("Fatal error: the truncated file is not the last file");
            }

            return result == LoadResult.Empty ? LoadResult.Loaded : result;
        }
        finally
        {
            server.Loading.End();
        }
    }

    // A log of an earlier Redis is taken in when there is none of ours, or when that was broken off between manifest and rename.
    private bool IsToBeAdopted(AofManifest manifest) => manifest.IsEmpty
        || (manifest.Increments.Count == 0 && manifest.Base!.Name == store.FileName && !store.Exists(store.FileName));

    private void Measure(AofPart[] parts)
    {
        TotalBytes = BaseBytes = 0;
        foreach (AofPart part in parts)
        {
            long length = LengthOf(part.Name);
            TotalBytes += length;
            if (part.Kind == AofManifest.BaseKind) BaseBytes = length;
        }
    }

    private long LengthOf(string name)
    {
        long start = server.Clock.MonotonicMicros();
        try
        {
            using DataFile file = server.Files.Open(store.PathOf(name));
            return file.Length;
        }
        catch (Exception e) when (e is IOException)
        {
            string reason = e is FileNotFoundException or DirectoryNotFoundException ? "No such file or directory" : e.Message;
            throw new ModuleException($"Unable to obtain the AOF file {name} length. stat: {reason}");
        }
        finally
        {
            server.Statistics.Latency.Report("aof-fstat", server.Clock.MonotonicMicros() - start);
        }
    }

    private LoadResult LoadPart(AofPart part)
    {
        long start = server.Clock.MonotonicMicros();
        LoadResult result = LoadFile(part.Name);
        if (result is LoadResult.Loaded or LoadResult.Truncated)
        {
            double seconds = (server.Clock.MonotonicMicros() - start) / 1e6;
            string kind = part.Kind == AofManifest.BaseKind ? "base" : "incr";
            server.Log.Notice(string.Create(CultureInfo.InvariantCulture, $"DB loaded from {kind} file {part.Name}: {seconds:F3} seconds"));
        }

        return result;
    }

    private LoadResult LoadFile(string name)
    {
        DataFile file;
        try
        {
            file = server.Files.Open(store.PathOf(name));
        }
        catch (IOException e)
        {
            throw new ModuleException($"Fatal error: can't open the append log file {name} for reading: {e.Message}");
        }

        using (file)
        {
            if (file.Length == 0) return LoadResult.Empty;
            var source = new LogSource(file);
            try
            {
                LoadImage(name, source);
                return Replay(name, source);
            }
            catch (IOException e)
            {
                throw new ModuleException($"Unrecoverable error reading the append only file {name}: {e.Message}");
            }
            finally
            {
                _loadedBefore += source.Position;
            }
        }
    }

    private void LoadImage(string name, LogSource source)
    {
        Span<byte> signature = stackalloc byte[5];
        int read = 0;
        for (int more = -1; read < signature.Length && more != 0; read += more) more = source.Read(signature[read..]);
        source.Unread(signature[..read]);
        if (!signature[..read].SequenceEqual("REDIS"u8)) return;
        bool isOld = name == store.FileName;
        server.Log.Notice(isOld ? "Reading RDB preamble from AOF file..." : "Reading RDB base file on AOF loading...");
        string what = isOld ? $"the RDB preamble of the AOF file {name}" : $"the RDB base file {name}";
        if (server.Find<IRdbFormat>() is not { } format)
        {
            throw new ModuleException($"Error reading {what}, AOF loading aborted: no module reads RDB images, add one to modules.");
        }

        try
        {
            format.Load(source);
        }
        catch (ValueFormatException e)
        {
            throw new ModuleException($"Error reading {what}, AOF loading aborted: {e.Message}");
        }

        server.Loading.Progress(_loadedBefore + source.Position);
        if (isOld) server.Log.Notice("Reading the remaining AOF tail...");
    }

    private LoadResult Replay(string name, LogSource source)
    {
        long start = source.Position;
        using CommandFeed feed = server.OpenFeed(new FeedOptions(SkipsAnnotations: true));
        for (int read = source.Read(_chunk); read > 0; read = source.Read(_chunk))
        {
            switch (feed.Feed(_chunk.AsSpan(0, read)))
            {
                case FeedOutcome.BadFormat:
                    throw new ModuleException($"Bad file format reading the append only file {name}: make a backup of your AOF file, "
                        + $"then use ./redis-check-aof --fix <filename.manifest> ({feed.Problem}, behind byte {start + feed.Position})");
                case FeedOutcome.UnknownCommand:
                    throw new ModuleException($"Unknown command '{feed.Problem}' reading the append only file {name}");
            }

            server.Loading.Progress(_loadedBefore + source.Position);
            if (server.LongWork.IsStopping) return LoadResult.Stopped;
        }

        if (feed.Errors > 0)
        {
            server.Log.Warning($"{feed.Errors} commands of the append only file {name} were answered with an error and had no effect.");
        }

        if (feed.TransactionStart >= 0)
        {
            server.Log.Warning($"Revert incomplete MULTI/EXEC transaction in AOF file {name}");
            return Truncate(name, start + feed.TransactionStart);
        }

        return feed.HasPartial ? Truncate(name, start + feed.Position) : LoadResult.Loaded;
    }

    private LoadResult Truncate(string name, long length)
    {
        if (settings.LoadTruncated.Value)
        {
            server.Log.Warning($"!!! Warning: short read while loading the AOF file {name}!!!");
            server.Log.Warning($"!!! Truncating the AOF {name} at offset {length} !!!");
            try
            {
                using DataFile file = server.Files.Append(store.PathOf(name));
                file.Truncate(length);
                file.Sync();
                server.Log.Warning($"AOF {name} loaded anyway because aof-load-truncated is enabled");
                return LoadResult.Truncated;
            }
            catch (IOException e)
            {
                server.Log.Warning($"Error truncating the AOF file {name}: {e.Message}");
            }
        }

        throw new ModuleException($"Unexpected end of file reading the append only file {name}. You can: "
            + "1) Make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>. "
            + "2) Alternatively you can set the 'aof-load-truncated' configuration option to yes and restart the server.");
    }
}
