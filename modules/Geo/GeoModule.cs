using ModularKv.Abstractions;
using ModularKv.Geo.Commands;

namespace ModularKv.Geo;

/// <summary>Positions as scores of sorted sets. This file is the module's part of the command table.</summary>
[Module("geo", "1.0.0", ApiLevel.Current, Summary = "Positions in sorted sets, and searching near a place")]
public sealed class GeoModule : IModule
{
    private const string SearchComplexity =
        "O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around the shape provided as the filter and " +
        "M is the number of items inside the shape";

    private const string RadiusComplexity =
        "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and " +
        "M is the number of items inside the index.";

    private const string Unit = "unit=(M|KM|FT|MI)";
    private const string Order = "[order=(ASC|DESC)]";
    private const string Details = "[WITHCOORD] [WITHDIST] [WITHHASH]";
    private const string Target = "[store=(STORE storekey:key#1|STOREDIST storedistkey:key#2)]";

    private const string Place =
        "from=(FROMMEMBER member|FROMLONLAT fromlonlat={longitude:double latitude:double}) by=(circle={BYRADIUS radius:double " + Unit +
        "}|box={BYBOX width:double height:double " + Unit + "})";

    private static readonly (string, string)[] RadiusHistory =
    [
        ("6.2.0", "Added the `ANY` option for `COUNT`."),
        ("7.0.0", "Added support for uppercase unit names."),
    ];

    private static readonly (string, string)[] SearchHistory = [("7.0.0", "Added support for uppercase unit names.")];

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        GeoKeys keys = new(registry.Server.Types);
        registry.Commands(Members(new GeoMemberCommands(keys)));
        GeoSearchCommands searches = new(keys);
        registry.Commands(Searches(searches));
        registry.Commands(Radius(searches));
        registry.Commands(RadiusByMember(searches));
    }

    private static CommandSpec[] Members(GeoMemberCommands members) =>
    [
        new()
        {
            Name = "geoadd", Arity = -5, Handler = members.Add, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.Geo, Group = "geo", Since = "3.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
            Summary = "Adds members with their positions; creates the key when it is missing.",
            Arguments = "key [condition@6.2.0=(NX|XX)] [change@6.2.0=CH] data={longitude:double latitude:double member} ...",
            History = [("6.2.0", "Added the `CH`, `NX` and `XX` options.")],
        },
        new()
        {
            Name = "geodist", Arity = -4, Handler = members.Distance, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Geo, Group = "geo", Since = "3.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(1)",
            Summary = "Returns the distance between two members.",
            Arguments = "key member1 member2 [" + Unit + "]",
        },
        new()
        {
            Name = "geohash", Arity = -2, Handler = members.Hash, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Geo, Group = "geo", Since = "3.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(1) for each member requested.",
            Summary = "Returns members' positions as geohashes.",
            Arguments = "key [member ...]",
        },
        new()
        {
            Name = "geopos", Arity = -2, Handler = members.Position, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Geo, Group = "geo", Since = "3.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(1) for each member requested.",
            Summary = "Returns members' positions.",
            Arguments = "key [member ...]",
        },
    ];

    private static CommandSpec[] Searches(GeoSearchCommands searches) =>
    [
        new()
        {
            Name = "geosearch", Arity = -7, Handler = searches.Search, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Geo, Group = "geo", Since = "6.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = SearchComplexity,
            Summary = "Returns the members inside a circle or a rectangle.",
            Arguments = "key " + Place + " " + Order + " [count-block={COUNT count:integer [ANY]}] " + Details,
            History = SearchHistory,
        },
        new()
        {
            Name = "geosearchstore", Arity = -8, Handler = searches.SearchStore, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.Geo, Group = "geo", Since = "6.2.0",
            Keys = [KeySpec.At(1, KeyFlags.OW | KeyFlags.Update), KeySpec.At(2, KeyFlags.RO | KeyFlags.Access)],
            Complexity = SearchComplexity,
            Summary = "Stores the members inside a circle or a rectangle.",
            Arguments = "destination:key source:key " + Place + " " + Order + " [count-block={COUNT count:integer [ANY]}] [STOREDIST]",
            History = SearchHistory,
        },
    ];

    private static CommandSpec[] Radius(GeoSearchCommands searches)
    {
        const string Arguments = "key longitude:double latitude:double radius:double " + Unit + " " + Details +
            " [count-block={COUNT count:integer [ANY@6.2.0]}] " + Order;
        const string ReplacedBy = "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument";
        const string ReplacedReadOnlyBy = "`GEOSEARCH` with the `BYRADIUS` argument";
        return
        [
            new()
            {
                Name = "georadius", Arity = -6, Handler = searches.Radius, Flags = CommandFlags.Write | CommandFlags.DenyOom,
                Categories = AclCategories.Geo, Group = "geo", Since = "3.2.0", Keys = StoringKeys(6), Complexity = RadiusComplexity,
                Summary = "Returns or stores the members around a position.",
                Arguments = Arguments + " " + Target, History = RadiusHistory,
                DocFlags = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = ReplacedBy,
            },
            new()
            {
                Name = "georadius_ro", Arity = -6, Handler = searches.RadiusReadOnly, Flags = CommandFlags.ReadOnly,
                Categories = AclCategories.Geo, Group = "geo", Since = "3.2.10",
                Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)], Complexity = RadiusComplexity,
                Summary = "Returns the members around a position.",
                Arguments = Arguments, History = RadiusHistory,
                DocFlags = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = ReplacedReadOnlyBy,
            },
        ];
    }

    private static CommandSpec[] RadiusByMember(GeoSearchCommands searches)
    {
        const string Arguments = "key member radius:double " + Unit + " " + Details +
            " [count-block={COUNT count:integer [ANY@6.2.0]}] " + Order;
        const string ReplacedBy = "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments";
        const string ReplacedReadOnlyBy = "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments";
        return
        [
            new()
            {
                Name = "georadiusbymember", Arity = -5, Handler = searches.RadiusByMember,
                Flags = CommandFlags.Write | CommandFlags.DenyOom,
                Categories = AclCategories.Geo, Group = "geo", Since = "3.2.0", Keys = StoringKeys(5), Complexity = RadiusComplexity,
                Summary = "Returns or stores the members around another one.",
                Arguments = Arguments + " " + Target, History = RadiusHistory,
                DocFlags = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = ReplacedBy,
            },
            new()
            {
                Name = "georadiusbymember_ro", Arity = -5, Handler = searches.RadiusByMemberReadOnly, Flags = CommandFlags.ReadOnly,
                Categories = AclCategories.Geo, Group = "geo", Since = "3.2.10",
                Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)], Complexity = RadiusComplexity,
                Summary = "Returns the members around another one.",
                Arguments = Arguments, History = RadiusHistory,
                DocFlags = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = ReplacedReadOnlyBy,
            },
        ];
    }

    private static KeySpec[] StoringKeys(int options) =>
    [
        KeySpec.At(1, KeyFlags.RO | KeyFlags.Access),
        new() { Keyword = "STORE", StartFrom = options, Flags = KeyFlags.OW | KeyFlags.Update },
        new() { Keyword = "STOREDIST", StartFrom = options, Flags = KeyFlags.OW | KeyFlags.Update },
    ];
}
