namespace ModularKv.Abstractions;

/// <summary>A type whose values are collections of elements that SORT can read.</summary>
public interface ISortableType
{
    /// <summary>Number of elements.</summary>
    long Length(Entry value);

    /// <summary>
    /// Visits the elements in the order in which SORT BY nosort returns them, until the visitor has enough; descending where
    /// <paramref name="reverse"/> and the type is ordered.
    /// </summary>
    void ForEach(Entry value, bool reverse, IElementVisitor visitor);

    /// <summary>Whether the order of <see cref="ForEach"/> means something (lists, sorted sets).</summary>
    bool IsOrdered { get; }
}

/// <summary>Receives elements.</summary>
public interface IElementVisitor
{
    /// <summary>One element. Borrowed for this call.</summary>
    /// <returns>False: the visitor has what it wants, no further element is brought.</returns>
    bool Visit(ReadOnlySpan<byte> element);
}

/// <summary>A type whose values have named fields (SORT BY key->field).</summary>
public interface IFieldType
{
    /// <summary>Reads a field.</summary>
    /// <returns>False: there is no such field.</returns>
    bool TryGetField(Entry value, ReadOnlySpan<byte> field, out ReadOnlySpan<byte> content);
}

/// <summary>A type that can be built from a sequence of elements (SORT … STORE makes a list).</summary>
public interface IListBuilder
{
    /// <summary>Replaces the key by a list. An empty sequence deletes the key.</summary>
    void Store(Database database, scoped in KeyRef key, IReadOnlyList<byte[]> elements);
}
