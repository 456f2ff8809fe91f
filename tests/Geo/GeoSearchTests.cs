using System.Text;
using ModularKv.Abstractions;
using ModularKv.Geo.Hashing;
using ModularKv.Geo.Search;

namespace ModularKv.Geo.Tests;

/// <summary>Searches in a sorted set of the test's own against a look at every member.</summary>
public sealed class GeoSearchTests(ITestOutputHelper output)
{
    private const int Rounds = 300;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_search_finds_what_is_inside(bool needsMeters)
    {
        Random random = Seeded();
        GeoHits hits = new();
        for (int round = 0; round < Rounds; round++)
        {
            PlainSet set = new(random, random.Next(1, 400));
            GeoShape shape = Shape(random);
            hits.Search(set, default, shape, 0, needsMeters);
            List<string> found = [.. Names(hits, isSorted: false).Order(StringComparer.Ordinal)];
            IEnumerable<string> expected = set.Members.Where(member => IsInside(shape, member.Score)).Select(member => member.Name);
            Assert.Equal(expected.Order(StringComparer.Ordinal), found);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hits_come_in_order_of_distance(bool descending)
    {
        Random random = Seeded();
        GeoHits hits = new();
        for (int round = 0; round < Rounds; round++)
        {
            PlainSet set = new(random, random.Next(1, round % 20 == 0 ? 5000 : 200));
            GeoShape shape = Shape(random);
            hits.Search(set, default, shape, 0, needsMeters: true);
            if (hits.Count == 0) continue;
            List<(double Meters, int Index)> plain = [];
            for (int i = 0; i < hits.Count; i++) plain.Add((hits.Get(i, isSorted: false).Meters, i));
            plain = [.. (descending ? plain.OrderByDescending(hit => hit.Meters) : plain.OrderBy(hit => hit.Meters))];
            List<string> names = Names(hits, isSorted: false);

            // All: stable. Some: at least the distances are right.
            hits.Sort(hits.Count, descending);
            Assert.Equal(plain.Select(hit => names[hit.Index]), Names(hits, isSorted: true));
            int wanted = random.Next(1, hits.Count + 1);
            hits.Sort(wanted, descending);
            for (int i = 0; i < wanted; i++) Assert.Equal(plain[i].Meters, hits.Get(i, isSorted: true).Meters);
        }
    }

    [Fact]
    public void Any_stops_at_the_limit()
    {
        Random random = Seeded();
        GeoHits hits = new();
        PlainSet set = new(random, 500);
        GeoShape shape = new() { Center = new GeoPoint(10, 10), Radius = 5000, MetersPerUnit = 1000 };
        hits.Search(set, default, shape, 0, needsMeters: false);
        List<string> all = Names(hits, isSorted: false);
        Assert.True(all.Count > 10);
        hits.Search(set, default, shape, 10, needsMeters: false);
        Assert.Equal(all[..10], Names(hits, isSorted: false));
    }

    [Fact]
    public void A_second_search_allocates_nothing()
    {
        Random random = Seeded();
        GeoHits hits = new();
        PlainSet set = new(random, 2000);
        GeoShape shape = new() { Center = new GeoPoint(10, 10), Radius = 9000, MetersPerUnit = 1000 };
        long allocated = 0;
        for (int attempt = 0; attempt < 50; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            hits.Search(set, default, shape, 0, needsMeters: true);
            hits.Sort(hits.Count, descending: false);
            hits.Sort(5, descending: false);
            hits.Release();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated == 0) break;
            Thread.Sleep(20);
        }

        Assert.Equal(0, allocated);
    }

    private static GeoShape Shape(Random random) => new()
    {
        Center = new GeoPoint(random.NextDouble() * 340 - 170, random.NextDouble() * 120 - 60),
        IsBox = random.Next(2) == 0,
        Radius = random.NextDouble() * 3000,
        Width = random.NextDouble() * 3000,
        Height = random.NextDouble() * 3000,
        MetersPerUnit = random.Next(2) == 0 ? 1000 : 1,
    };

    // As Redis decides, with no short cuts.
    private static bool IsInside(GeoShape shape, double score)
    {
        GeoPoint point = GeoCell.PointOf(score);
        if (!shape.IsBox) return !(shape.Center.MetersTo(point) > shape.Radius * shape.MetersPerUnit);
        if (GeoPoint.LatitudeMeters(point.Latitude, shape.Center.Latitude) > shape.Height * shape.MetersPerUnit / 2) return false;
        double across = point.MetersTo(new GeoPoint(shape.Center.Longitude, point.Latitude));
        return !(across > shape.Width * shape.MetersPerUnit / 2);
    }

    private static List<string> Names(GeoHits hits, bool isSorted)
    {
        List<string> names = [];
        for (int i = 0; i < hits.Count; i++) names.Add(Encoding.ASCII.GetString(hits.NameOf(hits.Get(i, isSorted))));
        return names;
    }

    private Random Seeded()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    /// <summary>A sorted set in a list.</summary>
    private sealed class PlainSet : ISortedSetType
    {
        private readonly List<byte[]> _names;

        public PlainSet(Random random, int count)
        {
            for (int i = 0; i < count; i++)
            {
                // A few positions are shared by many members.
                GeoPoint point = random.Next(3) == 0
                    ? new GeoPoint(random.Next(-3, 3) * 10, random.Next(-3, 3) * 10)
                    : new GeoPoint(random.NextDouble() * 360 - 180, random.NextDouble() * 150 - 75);
                Members.Add(($"m{i}", GeoCell.Of(point, GeoCell.StepMax).FirstScore));
            }

            Members.Sort((left, right) => left.Score.CompareTo(right.Score));
            _names = [.. Members.Select(member => Encoding.ASCII.GetBytes(member.Name))];
        }

        public List<(string Name, double Score)> Members { get; } = [];

        public bool IsOrdered => true;

        public long Length(Entry value) => Members.Count;

        public void ForEach(Entry value, bool reverse, IElementVisitor visitor) => throw new NotSupportedException();

        public bool TryGetScore(Entry value, ReadOnlySpan<byte> member, out double score) => throw new NotSupportedException();

        public ScoreChange Set(
            Database database, scoped in KeyRef key, ReadOnlySpan<byte> member, double score, ScoreCondition condition) =>
            throw new NotSupportedException();

        public void VisitByScore(Entry value, double min, double max, bool maxExclusive, IScoreVisitor visitor)
        {
            for (int i = 0; i < Members.Count; i++)
            {
                double score = Members[i].Score;
                if (score < min || score > max || (maxExclusive && score == max)) continue;
                if (!visitor.Visit(_names[i], score)) return;
            }
        }
    }
}
