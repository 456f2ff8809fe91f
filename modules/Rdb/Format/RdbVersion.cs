using ModularKv.Abstractions.Memory;

namespace ModularKv.Rdb.Format;

/// <summary>Versions of the format: what stands behind REDIS in a file's header and before the checksum of a DUMP payload.</summary>
internal static class RdbVersion
{
    /// <summary>The newest that is read.</summary>
    public const int Newest = DumpPayload.NewestVersion;

    /// <summary>The oldest that may be asked for: what is written now has been read since then.</summary>
    public const int Oldest = 10;

    /// <summary>What is written unless <c>rdb-version</c> says otherwise: the newest that Redis 7.0 loads.</summary>
    public const int Default = 10;
}
