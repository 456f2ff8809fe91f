using ModularKv.Abstractions;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb.Opaque;

/// <summary>The types of values whose modules are not loaded: each is registered when its first value comes.</summary>
internal sealed class OpaqueTypes(IModuleRegistry registry)
{
    private readonly Dictionary<string, OpaqueType> _types = new(StringComparer.Ordinal);

    /// <summary>The type of that name.</summary>
    /// <exception cref="ValueFormatException">No further type can be registered.</exception>
    public OpaqueType Of(string name)
    {
        if (_types.TryGetValue(name, out OpaqueType? type)) return type;
        type = new OpaqueType(name);
        try
        {
            registry.Type(type);
        }
        catch (ModuleException refused)
        {
            throw new ValueFormatException($"values of type {name}, whose module is not loaded, cannot be kept: {refused.Message}");
        }

        _types.Add(name, type);
        return type;
    }

    /// <summary>The name of the type that a type byte belongs to, or null where there is no such byte.</summary>
    public static string? NameOf(int rdbType) => rdbType switch
    {
        RdbTypeByte.String => "string",
        RdbTypeByte.List or RdbTypeByte.ListZiplist or RdbTypeByte.ListQuicklist or RdbTypeByte.ListQuicklist2 => "list",
        RdbTypeByte.Set or RdbTypeByte.SetIntset or RdbTypeByte.SetListpack => "set",
        RdbTypeByte.SortedSet or RdbTypeByte.SortedSet2 or RdbTypeByte.SortedSetZiplist or RdbTypeByte.SortedSetListpack => "zset",
        RdbTypeByte.Hash or RdbTypeByte.HashZipmap or RdbTypeByte.HashZiplist or RdbTypeByte.HashListpack
            or (>= RdbTypeByte.HashTimedPreGa and <= RdbTypeByte.HashListpackTimed) => "hash",
        RdbTypeByte.StreamListpacks or RdbTypeByte.StreamListpacks2 or RdbTypeByte.StreamListpacks3 => "stream",
        _ => null,
    };
}
