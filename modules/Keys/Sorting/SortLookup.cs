using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>Reads what a BY or GET pattern names for an element.</summary>
internal sealed class SortLookup(IDataTypes types)
{
    private readonly StringType? _strings = types.Find<StringType>();
    private byte[] _name = new byte[128];

    /// <param name="database">Where the keys are looked up; each lookup counts as a read of the user's.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="element">The element.</param>
    /// <param name="content">What was found; borrowed until the next lookup.</param>
    /// <returns>False: no such key or field, or the key holds another type.</returns>
    public bool TryRead(Database database, SortPattern pattern, ReadOnlySpan<byte> element, out ReadOnlySpan<byte> content)
    {
        content = element;
        if (pattern.IsElement) return true;
        content = default;
        if (!pattern.HasStar) return false;

        Entry entry = Find(database, pattern, element);
        if (entry.IsMissing) return false;
        if (!pattern.Field.IsEmpty)
        {
            return types.Of(entry) is IFieldType fields && fields.TryGetField(entry, pattern.Field, out content);
        }

        if (_strings is null || !entry.Is(_strings)) return false;
        content = entry.Value;
        return true;
    }

    private Entry Find(Database database, SortPattern pattern, scoped ReadOnlySpan<byte> element)
    {
        int length = pattern.KeyLength(element);
        if (_name.Length < length) _name = new byte[length * 2];
        pattern.WriteKey(element, _name.AsSpan(0, length));
        using PinnedKey key = new(_name.AsSpan(0, length));
        return database.Find(key.Key);
    }
}
