using System.Runtime.CompilerServices;
using ModularKv.Geo.Hashing;

namespace ModularKv.Geo.Search;

/// <summary>What is searched: a circle, or a rectangle along the parallels, around a position.</summary>
internal struct GeoShape
{
    // Rounding moves a distance by some 1e-15 of it; what is nearer to the edge than this is computed exactly.
    private const double Margin = 1e-10;

    private double _cosine;
    private double _limit;
    private double _radians;
    private double _latitudeMax;

    /// <summary>The middle.</summary>
    public GeoPoint Center;

    /// <summary>Whether it is a rectangle.</summary>
    public bool IsBox;

    /// <summary>Radius of a circle, in units.</summary>
    public double Radius;

    /// <summary>Width of a rectangle, in units.</summary>
    public double Width;

    /// <summary>Height of a rectangle, in units.</summary>
    public double Height;

    /// <summary>Meters of a unit.</summary>
    public double MetersPerUnit;

    /// <summary>Meters from the middle to the farthest point.</summary>
    public readonly double ReachMeters =>
        (IsBox ? Math.Sqrt((Width / 2) * (Width / 2) + (Height / 2) * (Height / 2)) : Radius) * MetersPerUnit;

    /// <summary>The rectangle of degrees around it, as Redis estimates it.</summary>
    public readonly GeoArea Bounds
    {
        get
        {
            double height = MetersPerUnit * (IsBox ? Height / 2 : Radius);
            double width = MetersPerUnit * (IsBox ? Width / 2 : Radius);
            double up = GeoPoint.ToDegrees(height / GeoPoint.EarthRadiusMeters);

            // Degrees of longitude are shortest on the side of the pole.
            double edge = Center.Latitude < 0 ? Center.Latitude - up : Center.Latitude + up;
            double side = GeoPoint.ToDegrees(width / GeoPoint.EarthRadiusMeters / Math.Cos(GeoPoint.ToRadians(edge)));
            return new GeoArea(
                new GeoRange(Center.Longitude - side, Center.Longitude + side),
                new GeoRange(Center.Latitude - up, Center.Latitude + up));
        }
    }

    /// <summary>Computes what all positions share. Before <see cref="Contains"/>, after the shape is complete.</summary>
    public void Prepare()
    {
        double radius = Radius * MetersPerUnit;
        _cosine = Math.Cos(GeoPoint.ToRadians(Center.Latitude));
        _radians = GeoPoint.ToRadians(Center.Longitude);
        double angle = Math.Min(radius / (2 * GeoPoint.EarthRadiusMeters), Math.PI / 2);
        _limit = Math.Sin(angle) * Math.Sin(angle);
        _latitudeMax = (IsBox ? Height * MetersPerUnit / 2 : radius) * (1 + Margin);
    }

    /// <summary>Whether a position is inside.</summary>
    /// <param name="point">The position.</param>
    /// <param name="needsMeters">Whether the distance is asked for; if not, it is computed only where that decides.</param>
    /// <param name="meters">Distance from the middle, if asked for and inside.</param>
    public readonly bool Contains(GeoPoint point, bool needsMeters, out double meters)
    {
        meters = 0;
        if (GeoPoint.LatitudeMeters(Center.Latitude, point.Latitude) > _latitudeMax) return false;
        return IsBox ? BoxContains(point, needsMeters, ref meters) : CircleContains(point, needsMeters, ref meters);
    }

    private readonly bool CircleContains(GeoPoint point, bool needsMeters, ref double meters)
    {
        double v = Math.Sin((GeoPoint.ToRadians(point.Longitude) - _radians) / 2);
        if (v == 0)
        {
            meters = GeoPoint.LatitudeMeters(Center.Latitude, point.Latitude);
            return meters <= Radius * MetersPerUnit;
        }

        double first = GeoPoint.ToRadians(Center.Latitude);
        double second = GeoPoint.ToRadians(point.Latitude);
        double u = Math.Sin((second - first) / 2);
        double a = u * u + _cosine * Math.Cos(second) * v * v;
        if (a > _limit * (1 + Margin) && a < 1 - Margin) return false;
        if (!needsMeters && a < _limit * (1 - Margin)) return true;
        meters = 2.0 * GeoPoint.EarthRadiusMeters * Math.Asin(Math.Sqrt(a));

        // On the other side of the earth rounding may make it no number: that is inside, as in Redis.
        return !(meters > Radius * MetersPerUnit);
    }

    private readonly bool BoxContains(GeoPoint point, bool needsMeters, ref double meters)
    {
        if (GeoPoint.LatitudeMeters(point.Latitude, Center.Latitude) > Height * MetersPerUnit / 2) return false;
        double across = point.MetersTo(new GeoPoint(Center.Longitude, point.Latitude));
        if (across > Width * MetersPerUnit / 2) return false;
        if (needsMeters) meters = Center.MetersTo(point);
        return true;
    }
}
