using ModularKv.Abstractions;

namespace ModularKv.Geo.Commands;

/// <summary>The sorted sets of another module, as far as geo needs them.</summary>
internal sealed class GeoKeys(IDataTypes types)
{
    private ISortedSetType? _type;

    /// <summary>The type of the keys.</summary>
    /// <exception cref="ModuleException">No module has brought sorted sets.</exception>
    public ISortedSetType Type => _type ??= types.All.OfType<ISortedSetType>().FirstOrDefault()
        ?? throw new ModuleException("geo needs a module with sorted sets");

    /// <summary>Whether the key is missing or holds a sorted set; replies if not.</summary>
    public bool Accepts(scoped ref CommandContext call, Entry entry)
    {
        if (entry.IsMissing || entry.Is((DataType)Type)) return true;
        call.Reply.WrongType();
        return false;
    }
}
