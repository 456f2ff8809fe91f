using System.Globalization;
using System.Text;
using ModularKv.Geo.Hashing;

namespace ModularKv.Geo.Tests;

/// <summary>Hashes, distances and texts: known values, and properties that hold for any position.</summary>
public sealed class GeoHashTests(ITestOutputHelper output)
{
    private const int Rounds = 20_000;

    [Theory]
    [InlineData(13.361389, 38.115556, 3479099956230698, "sqc8b49rny0")]
    [InlineData(15.087269, 37.502669, 3479447370796909, "sqdtr74hyu0")]
    public void Known_positions_have_known_hashes(double longitude, double latitude, ulong score, string hash)
    {
        GeoCell cell = GeoCell.Of(new GeoPoint(longitude, latitude), GeoCell.StepMax);
        Assert.Equal(score, cell.FirstScore);
        Span<byte> text = stackalloc byte[GeoText.HashLength];
        GeoText.WriteHash(text, GeoCell.PointOf(score));
        Assert.Equal(hash, Encoding.ASCII.GetString(text));
    }

    [Fact]
    public void Palermo_is_166_km_from_Catania()
    {
        GeoPoint palermo = GeoCell.PointOf(3479099956230698);
        GeoPoint catania = GeoCell.PointOf(3479447370796909);
        Assert.Equal("166274.1516", Distance(palermo.MetersTo(catania)));
        Assert.Equal("13.36138933897018433", Coordinate(palermo.Longitude));
        Assert.Equal("38.11555639549629859", Coordinate(palermo.Latitude));
    }

    [Fact]
    public void A_cell_contains_its_position_and_its_scores()
    {
        Random random = Seeded();
        for (int round = 0; round < Rounds; round++)
        {
            GeoPoint point = Point(random);
            int step = random.Next(1, GeoCell.StepMax + 1);
            GeoCell cell = GeoCell.Of(point, step);
            GeoArea area = cell.Area;
            const double Rounding = 1e-9;
            Assert.InRange(point.Longitude, area.Longitude.Min - Rounding, area.Longitude.Max + Rounding);
            Assert.InRange(point.Latitude, area.Latitude.Min - Rounding, area.Latitude.Max + Rounding);
            ulong score = GeoCell.Of(point, GeoCell.StepMax).FirstScore;
            Assert.InRange(score, cell.FirstScore, cell.EndScore - 1);

            // The middle of a cell of a position is in that cell again.
            Assert.Equal(score, GeoCell.Of(GeoCell.PointOf(score), GeoCell.StepMax).FirstScore);
        }
    }

    [Fact]
    public void Neighbours_share_an_edge_and_lead_back()
    {
        Random random = Seeded();
        for (int round = 0; round < Rounds; round++)
        {
            GeoCell cell = GeoCell.Of(Point(random), random.Next(2, GeoCell.StepMax + 1));
            int east = random.Next(-1, 2), north = random.Next(-1, 2);
            GeoCell there = cell.Move(east, north);
            Assert.Equal(cell, there.Move(-east, -north));
            Assert.Equal(there, cell.Move(0, north).Move(east, 0));
            if (east != 1 || cell.Area.Longitude.Max >= 180) continue;
            Assert.Equal(cell.Area.Longitude.Max, there.Area.Longitude.Min);
        }
    }

    [Theory]
    [InlineData(0, "0.0000")]
    [InlineData(0.00004, "0.0000")]
    [InlineData(0.00005, "0.0000")]
    [InlineData(0.00016, "0.0002")]
    [InlineData(0.775, "0.7750")]
    [InlineData(12345.67891, "12345.6789")]
    public void Distances_have_four_decimals(double distance, string text) => Assert.Equal(text, Distance(distance));

    [Fact]
    public void Coordinates_are_written_as_printf_writes_them()
    {
        Random random = Seeded();
        for (int round = 0; round < Rounds; round++)
        {
            double degrees = (random.NextDouble() - 0.5) * 360 * Math.Pow(10, -random.Next(0, 9));
            string plain = ((decimal)0 + Exact(degrees)).ToString(CultureInfo.InvariantCulture);
            Assert.Equal(plain, Coordinate(degrees));
        }

        Assert.Equal("0", Coordinate(0));
        Assert.Equal("0", Coordinate(-1e-20));
        Assert.Equal("-180", Coordinate(-180));
        Assert.Equal("1", Coordinate(1 - 1e-16 / 2));
    }

    // .NET prints any number of decimals exactly.
    private static decimal Exact(double degrees)
    {
        string text = degrees.ToString("F17", CultureInfo.InvariantCulture).TrimEnd('0').TrimEnd('.');
        return decimal.Parse(text is "-0" or "" ? "0" : text, CultureInfo.InvariantCulture);
    }

    private static string Distance(double distance)
    {
        Span<byte> text = stackalloc byte[GeoText.NumberLengthMax];
        return Encoding.ASCII.GetString(text[..GeoText.WriteDistance(text, distance)]);
    }

    private static string Coordinate(double degrees)
    {
        Span<byte> text = stackalloc byte[GeoText.NumberLengthMax];
        return Encoding.ASCII.GetString(text[..GeoText.WriteCoordinate(text, degrees)]);
    }

    private static GeoPoint Point(Random random) => new(random.NextDouble() * 360 - 180, random.NextDouble() * 170.1 - 85.05);

    private Random Seeded()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}
