namespace ModularKv.Eviction.Keys;

/// <summary>
/// The best candidates of past samples, the most evictable last: few samples choose almost as well as knowing all keys. It holds copies of
/// the keys, which may have gone or been used since. Source: evictionPoolPopulate in evict.c.
/// </summary>
internal sealed class CandidatePool
{
    /// <summary>Candidates kept. Source: EVPOOL_SIZE.</summary>
    public const int Size = 16;

    /// <summary>Keys up to this length are copied without an allocation once the place was used. Source: EVPOOL_CACHED_SDS_SIZE.</summary>
    private const int KeyBytes = 255;

    private readonly Candidate[] _candidates = [.. Enumerable.Range(0, Size).Select(_ => new Candidate(new byte[KeyBytes]))];
    private int _count;

    /// <summary>Number of candidates.</summary>
    public int Count => _count;

    /// <summary>Adds a key unless <see cref="Size"/> better ones are there.</summary>
    /// <param name="database">Number of its database.</param>
    /// <param name="key">Copied.</param>
    /// <param name="score">How evictable it is: the highest goes first.</param>
    public void Offer(int database, ReadOnlySpan<byte> key, ulong score)
    {
        int place = 0;
        while (place < _count && _candidates[place].Score < score) place++;
        if (_count < Size)
        {
            Move(_count, place);
            _count++;
        }
        else
        {
            if (place == 0) return;
            Move(0, --place);
        }

        _candidates[place].Set(database, key, score);
    }

    /// <summary>Takes the most evictable one; null: there is none. Valid until the next <see cref="Offer"/>.</summary>
    public Candidate? Take() => _count > 0 ? _candidates[--_count] : null;

    /// <summary>Forgets all.</summary>
    public void Clear() => _count = 0;

    // The object at `from` goes to `to`; those between make room.
    private void Move(int from, int to)
    {
        Candidate moved = _candidates[from];
        if (from > to) Array.Copy(_candidates, to, _candidates, to + 1, from - to);
        else Array.Copy(_candidates, from + 1, _candidates, from, to - from);
        _candidates[to] = moved;
    }
}

/// <summary>A key that may be evicted. Reused.</summary>
internal sealed class Candidate(byte[] buffer)
{
    private byte[] _key = buffer;
    private int _length;

    /// <summary>Number of its database.</summary>
    public int Database { get; private set; }

    /// <summary>How evictable it was when it was looked at.</summary>
    public ulong Score { get; private set; }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key => _key.AsSpan(0, _length);

    /// <summary>Makes it stand for a key.</summary>
    public void Set(int database, ReadOnlySpan<byte> key, ulong score)
    {
        if (key.Length > _key.Length) _key = new byte[key.Length];
        key.CopyTo(_key);
        _length = key.Length;
        Database = database;
        Score = score;
    }
}
