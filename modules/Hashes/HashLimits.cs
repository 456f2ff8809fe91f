using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Hashes;

/// <summary>Up to which size a hash stays a listpack.</summary>
internal sealed class HashLimits(IntegerParameter entries, MemoryParameter value)
{
    /// <summary>No listpack becomes larger, whatever the parameters say, in bytes. Source: LISTPACK_MAX_SAFETY_LIMIT.</summary>
    private const long PackBytesMax = 1 << 30;

    /// <summary>hash-max-listpack-entries.</summary>
    public long Entries => entries.Value;

    /// <summary>hash-max-listpack-value, bytes.</summary>
    public long ValueBytes => value.Value;

    /// <summary>Registers the parameters, with their names from before version 7.</summary>
    public static HashLimits Register(IModuleRegistry registry)
    {
        IntegerParameter entries = registry.Parameter(new IntegerParameter("hash-max-listpack-entries", 512, 0, long.MaxValue)
        {
            Aliases = ["hash-max-ziplist-entries"],
            Description = "Hashes of more fields than this become hash tables.",
        });
        MemoryParameter value = registry.Parameter(new MemoryParameter("hash-max-listpack-value", 64)
        {
            Aliases = ["hash-max-ziplist-value"],
            Description = "Hashes with a field or value longer than this become hash tables.",
        });
        return new HashLimits(entries, value);
    }

    /// <summary>Whether a listpack of so many bytes may grow by texts of so many.</summary>
    public static bool IsSafe(long packBytes, long addedBytes) => packBytes + addedBytes <= PackBytesMax;
}
