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

/// <summary>What INFO tells of fields that expire by themselves.</summary>
public interface IFieldExpiry
{
    /// <summary>Number of hashes of a database with at least one field that has a time to live.</summary>
    long HashesWithExpiringFields(int database);
}

/// <summary>A type that can be built from a sequence of elements (SORT … STORE makes a list).</summary>
public interface IListBuilder
{
    /// <summary>Replaces the key by a list. An empty sequence deletes the key.</summary>
    void Store(Database database, scoped in KeyRef key, IReadOnlyList<byte[]> elements);
}

/// <summary>A type whose values are sets; commands of sorted sets take sets as input, with score 1.</summary>
public interface ISetType : ISortableType
{
    /// <summary>Whether the set has the member.</summary>
    bool Contains(Entry value, ReadOnlySpan<byte> member);
}

/// <summary>Which elements <see cref="ISortedSetType.Set"/> may touch.</summary>
public enum ScoreCondition
{
    /// <summary>Adds and updates.</summary>
    Always,

    /// <summary>NX: only adds.</summary>
    OnlyNew,

    /// <summary>XX: only updates.</summary>
    OnlyExisting,
}

/// <summary>What <see cref="ISortedSetType.Set"/> did.</summary>
public enum ScoreChange
{
    /// <summary>Nothing: the condition was not met, or the score is the same.</summary>
    None,

    /// <summary>The member is new.</summary>
    Added,

    /// <summary>The member has another score now.</summary>
    Updated,
}

/// <summary>The sorted set type as other modules use it (geo).</summary>
public interface ISortedSetType : ISortableType
{
    /// <summary>Reads a member's score. False: there is no such member.</summary>
    bool TryGetScore(Entry value, ReadOnlySpan<byte> member, out double score);

    /// <summary>Visits the members with min &lt;= score (&lt; where exclusive) &lt;= max in order, until the visitor stops it.</summary>
    void VisitByScore(Entry value, double min, double max, bool maxExclusive, IScoreVisitor visitor);

    /// <summary>
    /// Sets a member's score; creates the key where it is missing and the condition allows. The key must hold a sorted set or nothing.
    /// States no change: that is the command's business.
    /// </summary>
    ScoreChange Set(Database database, scoped in KeyRef key, ReadOnlySpan<byte> member, double score, ScoreCondition condition);
}

/// <summary>Receives members with their scores.</summary>
public interface IScoreVisitor
{
    /// <summary>One member. Borrowed for this call.</summary>
    /// <returns>False: no more.</returns>
    bool Visit(ReadOnlySpan<byte> member, double score);
}
