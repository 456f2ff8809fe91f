using System.Globalization;
using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Rdb.Reading;

/// <summary>The fields of an image that say something about it as a whole. Source: rdbLoadRioWithLoadingCtx.</summary>
internal sealed class AuxFields(IServer server)
{
    private const double BytesPerMegabyte = 1024 * 1024;

    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IReadOnlyDictionary<string, string> All => _fields;

    /// <summary>
    /// Whether commands follow that were executed behind the image: keys whose time is up must be there for them, as they were then.
    /// </summary>
    public bool IsAofBase => Number("aof-base") != 0 || Number("aof-preamble") != 0;

    /// <summary>Takes a field.</summary>
    public void Add(string name, ReadOnlySpan<byte> bytes)
    {
        string value = Encoding.Latin1.GetString(bytes);
        _fields[name] = value;
        if (name.StartsWith('%')) server.Log.Notice($"RDB '{name}': {value}");
        else Tell(name, value);
    }

    private void Tell(string name, string value)
    {
        ILog log = server.Log;
        switch (name)
        {
            case "redis-ver":
                log.Notice($"Loading RDB produced by version {value}");
                break;
            case "ctime":
                long age = (server.Clock.UnixMs / 1000) - Number(name);
                log.Notice(string.Create(CultureInfo.InvariantCulture, $"RDB age {Math.Max(0, age)} seconds"));
                break;
            case "used-mem":
                long used = Number(name);
                log.Notice(string.Create(CultureInfo.InvariantCulture, $"RDB memory usage when created {used / BytesPerMegabyte:F2} Mb"));
                if (server.Loading.Active) server.Loading.FileMemoryBytes = used;
                break;
            case "aof-preamble" when Number(name) != 0:
                log.Notice("RDB has an AOF tail");
                break;
            case "aof-base" when Number(name) != 0:
                log.Notice("RDB is base AOF");
                break;
            case "aof-base" or "aof-preamble" or "redis-bits" or "repl-stream-db" or "repl-id" or "repl-offset" or "lua":
                break;
            default:
                log.Debug($"Unrecognized RDB AUX field: '{name}'");
                break;
        }
    }

    private long Number(string name)
        => _fields.TryGetValue(name, out string? text)
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
