using ModularKv.Abstractions;
using ModularKv.Geo.Hashing;

namespace ModularKv.Geo.Commands;

/// <summary>Positions and distances in replies.</summary>
internal static class GeoReplies
{
    /// <summary>A longitude and a latitude.</summary>
    public static void Point(ReplyWriter reply, GeoPoint point)
    {
        reply.Array(2);
        Coordinate(reply, point.Longitude);
        Coordinate(reply, point.Latitude);
    }

    /// <summary>A distance with four decimals; a bulk string in RESP3 too, as in Redis.</summary>
    public static void Distance(ReplyWriter reply, double distance)
    {
        Span<byte> text = stackalloc byte[GeoText.NumberLengthMax];
        reply.Bulk(text[..GeoText.WriteDistance(text, distance)]);
    }

    private static void Coordinate(ReplyWriter reply, double degrees)
    {
        Span<byte> text = stackalloc byte[GeoText.NumberLengthMax + 3];
        int length = GeoText.WriteCoordinate(text[1..], degrees);
        if (reply.Protocol == 2)
        {
            reply.Bulk(text.Slice(1, length));
            return;
        }

        text[0] = (byte)',';
        "\r\n"u8.CopyTo(text[(length + 1)..]);
        reply.Raw(text[..(length + 3)]);
    }
}
