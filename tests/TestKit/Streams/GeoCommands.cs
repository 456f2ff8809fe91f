using System.Globalization;

namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the geo group. Some members share a position, so that the order of equals shows.</summary>
public static class GeoCommands
{
    private const int MembersMax = 60;

    private static readonly string[] Units = ["m", "km", "ft", "mi", "M", "KM"];

    private static readonly string[] Edges =
    [
        "-180", "180", "179.999999", "-179.999999", "85.05112878", "-85.05112878", "0", "-0", "1e-7", "85.06", "180.1", "-200", "1e300",
        "inf", "-inf", "nan", "abc", "", "0x10", "90",
    ];

    // Of which some are no hash at all.
    private static readonly string[] Scores =
    [
        "0", "-1", "4503599627370495", "4503599627370496", "1e17", "-1e17", "inf", "-inf", "3.5",
    ];

    /// <summary>GEOADD to GEOSEARCHSTORE.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("GEOADD", 30, Add),
        new("GEODIST", 6, Distance),
        new("GEOHASH", 4, d => Members(d.Key())),
        new("GEOPOS", 5, d => Members(d.Key())),
        new("GEORADIUS", 8, d => Radius(d, stores: true)),
        new("GEORADIUS_RO", 4, d => Radius(d, stores: false)),
        new("GEORADIUSBYMEMBER", 8, d => RadiusByMember(d, stores: true)),
        new("GEORADIUSBYMEMBER_RO", 4, d => RadiusByMember(d, stores: false)),
        new("GEOSEARCH", 16, d => Search(d.Key(), stores: false)),
        new("GEOSEARCHSTORE", 8, d => Search(d.Key().Key(), stores: true)),
        new("ZADD", 3, d => Member(d.Key().Add(d.Pick(Scores)))),
        new("ZRANGE", 6, d => d.Key().Add("0").Add("-1").Word("WITHSCORES")),
        new("ZREM", 3, d => Member(d.Key())),
        new("SET", 1, d => d.Key().Value()),
        new("EXPIRE", 1, d => d.Key().Relative(milliseconds: false)),
        new("OBJECT", 2, d => d.Word("ENCODING").Key()),
        new("DEL", 2, d => d.Key()),
    ];

    private static Draft Member(Draft draft) => draft.Chance(40) ? draft.Value() : draft.Add("m" + draft.Random.Next(MembersMax));

    private static void Members(Draft draft)
    {
        int count = draft.Random.Next(0, 5);
        for (int i = 0; i < count; i++) Member(draft);
    }

    private static void Add(Draft draft)
    {
        draft.Key();
        if (draft.Chance(3)) draft.OneOf("NX", "XX", "CH");
        if (draft.Chance(4)) draft.OneOf("NX", "XX", "CH", "CH");
        int count = draft.Random.Next(1, draft.Chance(6) ? 40 : 5);
        bool gathered = draft.Chance(2);
        for (int i = 0; i < count; i++) Member(Point(draft, gathered));
    }

    // Over the whole map, or within a town, where some positions come again and again.
    private static Draft Point(Draft draft, bool gathered)
    {
        if (draft.Chance(40)) return draft.Add(draft.Pick(Edges)).Add(draft.Pick(Edges));
        if (draft.Chance(4)) return draft.Add("13.361389").Add("38.115556");
        Random random = draft.Random;
        if (!gathered) return Decimal(Decimal(draft, random.NextDouble() * 360 - 180), random.NextDouble() * 170.1 - 85.05);
        return draft.Chance(3)
            ? Decimal(Decimal(draft, 13 + random.Next(4)), 37.5 + random.Next(3) * 0.25)
            : Decimal(Decimal(draft, 13 + random.NextDouble() * 3), 37 + random.NextDouble() * 2);
    }

    private static Draft Decimal(Draft draft, double value) => draft.Add(value.ToString("R", CultureInfo.InvariantCulture));

    private static Draft Length(Draft draft)
    {
        if (draft.Chance(25)) return draft.Add(draft.Pick(["-1", "abc", "", "nan", "0", "1e-9", "inf", "1e300"]));
        return Decimal(draft, Math.Pow(10, draft.Random.NextDouble() * 8 - 1));
    }

    private static Draft Unit(Draft draft) => draft.Chance(25) ? draft.Junk() : draft.Add(draft.Pick(Units));

    private static void Distance(Draft draft)
    {
        Member(Member(draft.Key()));
        if (draft.Chance(2)) Unit(draft);
    }

    private static void Radius(Draft draft, bool stores)
    {
        Unit(Length(Point(draft.Key(), draft.Chance(2))));
        Details(draft, stores);
    }

    private static void RadiusByMember(Draft draft, bool stores)
    {
        Unit(Length(Member(draft.Key())));
        Details(draft, stores);
    }

    private static void Details(Draft draft, bool stores)
    {
        if (stores && draft.Chance(4))
        {
            if (draft.Chance(2)) Count(draft);
            if (draft.Chance(10)) draft.Word("WITHDIST");
            draft.OneOf("STORE", "STOREDIST").Key();
            return;
        }

        draft.Options(
            Count,
            d => d.OneOf("ASC", "DESC"),
            d => d.Word("WITHCOORD"),
            d => d.Word("WITHDIST"),
            d => d.Word("WITHHASH"));
    }

    private static void Count(Draft draft)
    {
        draft.Word("COUNT");
        if (draft.Chance(15)) draft.Integer();
        else draft.Add(draft.Random.Next(1, 30));
        if (draft.Chance(3)) draft.Word("ANY");
    }

    private static void Search(Draft draft, bool stores)
    {
        if (!draft.Chance(20))
        {
            if (draft.Chance(2)) Member(draft.Word("FROMMEMBER"));
            else Point(draft.Word("FROMLONLAT"), draft.Chance(2));
        }

        if (!draft.Chance(20))
        {
            if (draft.Chance(2)) Unit(Length(draft.Word("BYRADIUS")));
            else Unit(Length(Length(draft.Word("BYBOX"))));
        }

        if (draft.Chance(25)) Member(draft.OneOf("FROMMEMBER", "FROMLONLAT", "BYRADIUS", "STORE"));
        Details(draft, stores: false);
        if (draft.Chance(stores ? 3 : 30)) draft.Word("STOREDIST");
    }
}
