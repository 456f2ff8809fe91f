using System.Runtime.CompilerServices;
using ModularKv.Geo.Hashing;

namespace ModularKv.Geo.Search;

/// <summary>The nine cells that cover a shape: its own and the eight around, without those that it does not reach.</summary>
/// <remarks>The same cells in the same order as Redis's, because the order of unsorted results follows from it.</remarks>
[InlineArray(Count)]
internal struct GeoCover
{
    /// <summary>Cells.</summary>
    public const int Count = 9;

    private const int East = 3;
    private const int West = 4;
    private const int North = 1;
    private const int South = 2;
    private const int NorthEast = 5;
    private const int NorthWest = 6;
    private const int SouthEast = 7;
    private const int SouthWest = 8;
    private const double MercatorMax = 20037726.37;

    private GeoCell _first;

    /// <summary>The cells of a shape. Source: geohashCalculateAreasByShapeWGS84.</summary>
    public static GeoCover Of(in GeoShape shape)
    {
        GeoArea bounds = shape.Bounds;
        int steps = EstimateSteps(shape.ReachMeters, shape.Center.Latitude);
        GeoCover cover = Around(GeoCell.Of(shape.Center, steps));

        // Near the edge of its cell a shape may reach beyond the neighbours.
        bool tooSmall = cover[North].Area.Latitude.Max < bounds.Latitude.Max
            || cover[South].Area.Latitude.Min > bounds.Latitude.Min
            || cover[East].Area.Longitude.Max < bounds.Longitude.Max
            || cover[West].Area.Longitude.Min > bounds.Longitude.Min;
        if (steps > 1 && tooSmall)
        {
            steps--;
            cover = Around(GeoCell.Of(shape.Center, steps));
        }

        if (steps < 2) return cover;
        GeoArea area = cover[0].Area;
        if (area.Latitude.Min < bounds.Latitude.Min) Drop(ref cover, South, SouthWest, SouthEast);
        if (area.Latitude.Max > bounds.Latitude.Max) Drop(ref cover, North, NorthEast, NorthWest);
        if (area.Longitude.Min < bounds.Longitude.Min) Drop(ref cover, West, SouthWest, NorthWest);
        if (area.Longitude.Max > bounds.Longitude.Max) Drop(ref cover, East, SouthEast, NorthEast);
        return cover;
    }

    /// <summary>Halvings at which nine cells cover a circle nearly everywhere. Source: geohashEstimateStepsByRadius.</summary>
    internal static int EstimateSteps(double meters, double latitude)
    {
        if (meters == 0) return GeoCell.StepMax;
        int step = 1;
        for (; meters < MercatorMax; meters *= 2) step++;
        step -= 2;

        // Towards the poles a cell covers less.
        if (latitude is > 66 or < -66)
        {
            step--;
            if (latitude is > 80 or < -80) step--;
        }

        return Math.Clamp(step, 1, GeoCell.StepMax);
    }

    private static GeoCover Around(GeoCell cell)
    {
        GeoCover cover = default;
        cover[0] = cell;
        cover[North] = cell.Move(0, 1);
        cover[South] = cell.Move(0, -1);
        cover[East] = cell.Move(1, 0);
        cover[West] = cell.Move(-1, 0);
        cover[NorthEast] = cell.Move(1, 1);
        cover[NorthWest] = cell.Move(-1, 1);
        cover[SouthEast] = cell.Move(1, -1);
        cover[SouthWest] = cell.Move(-1, -1);
        return cover;
    }

    private static void Drop(ref GeoCover cover, int first, int second, int third)
    {
        cover[first] = default;
        cover[second] = default;
        cover[third] = default;
    }
}
