using System.Runtime.CompilerServices;

namespace ModularKv.Geo.Hashing;

/// <summary>A position in degrees.</summary>
internal readonly record struct GeoPoint(double Longitude, double Latitude)
{
    /// <summary>Earth's quadratic mean radius for WGS-84.</summary>
    public const double EarthRadiusMeters = 6372797.560856;

    private const double RadiansPerDegree = Math.PI / 180.0;

    /// <summary>Whether it lies within the ranges that hashes can tell.</summary>
    public bool IsValid => GeoRange.Longitudes.Contains(Longitude) && GeoRange.Latitudes.Contains(Latitude);

    /// <summary>Degrees as radians.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToRadians(double degrees) => degrees * RadiansPerDegree;

    /// <summary>Radians as degrees.</summary>
    public static double ToDegrees(double radians) => radians / RadiansPerDegree;

    /// <summary>Meters between two latitudes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double LatitudeMeters(double first, double second) =>
        EarthRadiusMeters * Math.Abs(ToRadians(second) - ToRadians(first));

    /// <summary>Meters to another position: great circle by the haversine formula.</summary>
    public double MetersTo(GeoPoint other)
    {
        double v = Math.Sin((ToRadians(other.Longitude) - ToRadians(Longitude)) / 2);
        if (v == 0) return LatitudeMeters(Latitude, other.Latitude);
        double first = ToRadians(Latitude);
        double second = ToRadians(other.Latitude);
        double u = Math.Sin((second - first) / 2);
        double a = u * u + Math.Cos(first) * Math.Cos(second) * v * v;
        return 2.0 * EarthRadiusMeters * Math.Asin(Math.Sqrt(a));
    }
}

/// <summary>From one number of degrees to another.</summary>
internal readonly record struct GeoRange(double Min, double Max)
{
    /// <summary>All longitudes.</summary>
    public static GeoRange Longitudes => new(-180, 180);

    /// <summary>Latitudes of the map that hashes divide; beyond it is no position. Source: EPSG:3785.</summary>
    public static GeoRange Latitudes => new(-85.05112878, 85.05112878);

    /// <summary>All latitudes, as usual geohashes divide them.</summary>
    public static GeoRange AllLatitudes => new(-90, 90);

    /// <summary>Whether it has a value.</summary>
    public bool Contains(double value) => value >= Min && value <= Max;

    /// <summary>The nearest value inside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Clamp(double value) => value > Max ? Max : value < Min ? Min : value;
}

/// <summary>A rectangle of degrees.</summary>
internal readonly record struct GeoArea(GeoRange Longitude, GeoRange Latitude);
