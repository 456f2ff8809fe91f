using ModularKv.Abstractions;
using ModularKv.Geo.Hashing;

namespace ModularKv.Geo.Search;

/// <summary>A member found.</summary>
/// <param name="Point">Its position.</param>
/// <param name="Meters">Distance from the middle; 0 where nobody asked for it.</param>
/// <param name="Score">Its score.</param>
/// <param name="Offset">Where its name begins among the names.</param>
/// <param name="Length">Bytes of its name.</param>
internal readonly record struct GeoHit(GeoPoint Point, double Meters, double Score, int Offset, int Length);

/// <summary>
/// Collects the members of a sorted set that lie in a shape. Their names are copied, because the set lends them for a moment only.
/// Reused by every search: after the first ones it allocates nothing. Loop thread only.
/// </summary>
internal sealed class GeoHits : IScoreVisitor
{
    /// <summary>Hits and bytes of names above which the memory is given back after a search.</summary>
    private const int KeptMax = 256 * 1024;

    private readonly GeoOrder _order = new();
    private GeoHit[] _hits = new GeoHit[64];
    private byte[] _names = new byte[1024];
    private int _nameBytes;
    private GeoShape _shape;
    private long _limit;
    private bool _needsMeters;

    /// <summary>Number of hits.</summary>
    public int Count { get; private set; }

    /// <summary>Searches a sorted set.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="value">The set.</param>
    /// <param name="shape">What is searched.</param>
    /// <param name="limit">Stop at so many hits; 0: find all.</param>
    /// <param name="needsMeters">Whether distances are asked for.</param>
    public void Search(ISortedSetType type, Entry value, in GeoShape shape, long limit, bool needsMeters)
    {
        Count = 0;
        _nameBytes = 0;
        _shape = shape;
        _shape.Prepare();
        _limit = limit;
        _needsMeters = needsMeters;
        GeoCover cover = GeoCover.Of(shape);
        int last = 0;
        for (int i = 0; i < GeoCover.Count; i++)
        {
            // A large shape has one cell on several sides. The first cell is never compared, as in Redis.
            GeoCell cell = cover[i];
            if (cell.IsNone || (last > 0 && cell == cover[last])) continue;
            if (IsFull) break;
            type.VisitByScore(value, cell.FirstScore, cell.EndScore, maxExclusive: true, this);
            last = i;
        }
    }

    private bool IsFull => _limit > 0 && Count >= _limit;

    /// <inheritdoc/>
    public bool Visit(ReadOnlySpan<byte> member, double score)
    {
        GeoPoint point = GeoCell.PointOf(score);
        if (_shape.Contains(point, _needsMeters, out double meters))
        {
            if (Count == _hits.Length) Array.Resize(ref _hits, Count * 2);
            if (_names.Length - _nameBytes < member.Length)
            {
                Array.Resize(ref _names, (int)Math.Min(Math.Max(_names.Length * 2L, _nameBytes + (long)member.Length), Array.MaxLength));
            }

            member.CopyTo(_names.AsSpan(_nameBytes));
            _hits[Count++] = new GeoHit(point, meters, score, _nameBytes, member.Length);
            _nameBytes += member.Length;
        }

        return !IsFull;
    }

    /// <summary>Puts the hits in order of distance, as far as they are wanted.</summary>
    /// <param name="wanted">How many come first.</param>
    /// <param name="descending">Farthest first.</param>
    public void Sort(int wanted, bool descending) => _order.Sort(_hits.AsSpan(0, Count), wanted, descending);

    /// <summary>A hit; after <see cref="Sort"/> in its order.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="isSorted">Whether the hits are sorted.</param>
    public ref readonly GeoHit Get(int index, bool isSorted) => ref _hits[isSorted ? _order[index] : index];

    /// <summary>The name of a hit.</summary>
    public ReadOnlySpan<byte> NameOf(in GeoHit hit) => _names.AsSpan(hit.Offset, hit.Length);

    /// <summary>Gives memory back after a large search.</summary>
    public void Release()
    {
        if (_hits.Length > KeptMax) _hits = new GeoHit[64];
        if (_names.Length > KeptMax * 16) _names = new byte[1024];
        _order.Release(KeptMax);
    }
}
