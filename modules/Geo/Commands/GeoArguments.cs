using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Geo.Hashing;

namespace ModularKv.Geo.Commands;

/// <summary>Positions, units and lengths among the arguments; each replies the error where it cannot be read.</summary>
internal static class GeoArguments
{
    /// <summary>Reads a longitude and the latitude behind it.</summary>
    public static bool TryPoint(ref CommandContext call, int index, out GeoPoint point)
    {
        point = default;
        if (!DoubleText.TryParse(call.Argument(index), out double longitude)
            || !DoubleText.TryParse(call.Argument(index + 1), out double latitude))
        {
            call.Reply.NotAFloat();
            return false;
        }

        point = new GeoPoint(longitude, latitude);
        if (point.IsValid) return true;
        call.Reply.Error($"ERR invalid longitude,latitude pair {Fixed(longitude)},{Fixed(latitude)}");
        return false;
    }

    /// <summary>Reads a unit: its meters.</summary>
    public static bool TryUnit(ref CommandContext call, int index, out double meters)
    {
        meters = 0;
        if (call.ArgumentIs(index, "m"u8)) meters = 1;
        else if (call.ArgumentIs(index, "km"u8)) meters = 1000;
        else if (call.ArgumentIs(index, "ft"u8)) meters = 0.3048;
        else if (call.ArgumentIs(index, "mi"u8)) meters = 1609.34;
        else call.Reply.Error("ERR unsupported unit provided. please use M, KM, FT, MI"u8);
        return meters > 0;
    }

    /// <summary>Reads a radius and the unit behind it.</summary>
    public static bool TryRadius(ref CommandContext call, int index, out double radius, out double metersPerUnit)
    {
        metersPerUnit = 0;
        if (!DoubleText.TryParse(call.Argument(index), out radius))
        {
            call.Reply.Error("ERR need numeric radius"u8);
            return false;
        }

        if (radius < 0)
        {
            call.Reply.Error("ERR radius cannot be negative"u8);
            return false;
        }

        return TryUnit(ref call, index + 1, out metersPerUnit);
    }

    /// <summary>Reads width, height and the unit behind them.</summary>
    public static bool TryBox(ref CommandContext call, int index, out double width, out double height, out double metersPerUnit)
    {
        metersPerUnit = 0;
        height = 0;
        if (!DoubleText.TryParse(call.Argument(index), out width))
        {
            call.Reply.Error("ERR need numeric width"u8);
            return false;
        }

        if (!DoubleText.TryParse(call.Argument(index + 1), out height))
        {
            call.Reply.Error("ERR need numeric height"u8);
            return false;
        }

        if (width < 0 || height < 0)
        {
            call.Reply.Error("ERR height or width cannot be negative"u8);
            return false;
        }

        return TryUnit(ref call, index + 2, out metersPerUnit);
    }

    // As printf's %f.
    private static string Fixed(double value)
    {
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        return value.ToString("F6", CultureInfo.InvariantCulture);
    }
}
