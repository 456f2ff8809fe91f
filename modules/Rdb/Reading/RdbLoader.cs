using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;
using ModularKv.Rdb.Opaque;
using ModularKv.Rdb.Reading.Memory;

namespace ModularKv.Rdb.Reading;

/// <summary>Reads images and payloads into the databases. Loop thread only.</summary>
/// <param name="server">The server.</param>
/// <param name="settings">How to read.</param>
/// <param name="opaque">Types of values whose modules are not loaded.</param>
/// <param name="kept">What an image holds beside the keys that nobody here understands.</param>
internal sealed class RdbLoader(IServer server, ReadingSettings settings, OpaqueTypes opaque, KeptAux kept)
{
    private const long AheadFromBytes = 1 << 20;

    private readonly RdbStream _payload = new(RdbStream.PayloadBufferBytes);

    /// <summary>How to read.</summary>
    public ReadingSettings Settings => settings;

    /// <summary>Packed pieces of values (a list's nodes, a stream's listpacks, …) that were checked deeply.</summary>
    public long Sanitizations { get; set; }

    /// <summary>As <see cref="IRdbFormat.Load"/>.</summary>
    public RdbLoaded Load(RdbSource source, LoadOptions options = default)
    {
        ILoading loading = server.Loading;
        long start = loading.LoadedBytes;
        var stream = new RdbStream
        {
            Sums = settings.Checksum,
            Filled = position =>
            {
                if (loading.Active) loading.Progress(start + position);
                if (server.LongWork.IsStopping) throw new IOException("the server is stopping");
            },
        };
        if (!options.Replace) kept.Clear();
        stream.Open(source, Ahead(source));
        var values = new ValueLoading(stream, new ReadableTypes(server.Types), opaque)
        {
            Sanitize = settings.SanitizesImages,
        };
        using var reading = new ImageReading(server, settings, options, stream, values, kept);
        try
        {
            RdbLoaded loaded = reading.Run();
            if (loading.Active) loading.Progress(start + stream.Position);
            stream.Close();
            return loaded;
        }
        catch (ValueFormatException broken)
        {
            Tell(broken.Message, stream);
            throw;
        }
        catch (DuplicateKeyException twice)
        {
            Tell(twice.Message, stream);
            throw stream.Broken(twice.Message);
        }
        finally
        {
            Sanitizations += values.Sanitizations;
            stream.EndAhead();
        }
    }

    // Small images, and a single processor, are not worth a thread.
    private ReadAhead? Ahead(RdbSource source)
    {
        ILoading loading = server.Loading;
        bool pays = Environment.ProcessorCount > 1 && loading.Active && loading.TotalBytes - loading.LoadedBytes >= AheadFromBytes;
        return pays ? new ReadAhead(source, RdbStream.ImageBufferBytes, settings.Checksum) : null;
    }

    /// <summary>Puts the value of a payload, whose footer was checked, under a key, which must not exist.</summary>
    /// <param name="payload">All of it.</param>
    /// <param name="sanitize">Whether to check deeply.</param>
    /// <param name="database">Where to.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="ValueFormatException">The bytes make no value: nothing was put.</exception>
    public Entry Restore(ReadOnlySpan<byte> payload, bool sanitize, Database database, scoped in KeyRef key)
    {
        var values = new ValueLoading(_payload, new ReadableTypes(server.Types), opaque) { Sanitize = sanitize };
        using var source = new PayloadSource(DumpPayload.ContentOf(payload));
        _payload.Open(source);
        try
        {
            return values.Load(_payload.Byte(), database, key);
        }
        catch (ValueFormatException broken)
        {
            server.Log.Verbose($"Internal error in RDB reading offset 0, payload of RESTORE -> {broken.Message}");
            throw;
        }
        finally
        {
            Sanitizations += values.Sanitizations;
            _payload.Close();
        }
    }

    private void Tell(string what, RdbStream stream)
    {
        if (stream.IsExhausted) server.Log.Warning("Short read or OOM loading DB. Unrecoverable error, aborting now.");
        server.Log.Warning($"Internal error in RDB reading offset {stream.Position} -> {what}");
    }
}

/// <summary>What becomes of some keys of an image.</summary>
/// <param name="Replace">Keys and function libraries that are there already are replaced; otherwise they are an error.</param>
/// <param name="KeepExpired">Keys whose time is up are loaded all the same: another server decides about them, or commands follow.</param>
internal readonly record struct LoadOptions(bool Replace = false, bool KeepExpired = false);
