using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Rdb.Reading;

/// <summary>What configuration and DEBUG say about reading. Parameters are looked up by name, whoever owns them.</summary>
internal sealed class ReadingSettings(IConfiguration configuration)
{
    /// <summary>rdbchecksum: whether an image's checksum is computed and compared.</summary>
    public bool Checksum => Text("rdbchecksum") != "no";

    /// <summary>sanitize-dump-payload yes: images are checked deeply.</summary>
    public bool SanitizesImages => Text("sanitize-dump-payload") == "yes";

    /// <summary>
    /// Whether what a client RESTOREs is checked deeply: sanitize-dump-payload yes, or clients, unless it is the server's own or its
    /// user's rules say skip-sanitize-payload. Source: rdbLoadObject.
    /// </summary>
    public bool SanitizesFor(Client client, bool isLoading) => Text("sanitize-dump-payload") switch
    {
        "yes" => true,
        "clients" => !isLoading && (client.Flags & ClientFlags.Master) == 0 && client.Rights is not { SkipsSanitizing: true },
        _ => false,
    };

    /// <summary>key-load-delay: microseconds to rest after each key, for tests; negative: so many keys rest for one together.</summary>
    public long KeyDelayMicros
        => long.TryParse(Text("key-load-delay"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long micros) ? micros : 0;

    /// <summary>Whether maxmemory-policy is one of those that count accesses.</summary>
    public bool CountsAccesses => Text("maxmemory-policy").Contains("lfu", StringComparison.Ordinal);

    /// <summary>DEBUG SET-SKIP-CHECKSUM-VALIDATION.</summary>
    public bool SkipsChecksums { get; set; }

    private string Text(string parameter) => configuration.Find(parameter)?.Format() ?? "";
}
