using ModularKv.Geo.Search;

namespace ModularKv.Geo.Commands;

/// <summary>Which command searches: it decides where the key stands and which options there are.</summary>
[Flags]
internal enum GeoForm
{
    /// <summary>GEORADIUS: around a position.</summary>
    None = 0,

    /// <summary>GEORADIUSBYMEMBER: around a member.</summary>
    ByMember = 1,

    /// <summary>A form for reading only: no STORE.</summary>
    NoStore = 2,

    /// <summary>GEOSEARCH: everything is an option.</summary>
    Search = 4,

    /// <summary>GEOSEARCHSTORE: the first key is the target.</summary>
    Store = 8,
}

/// <summary>In which order results come.</summary>
internal enum GeoSort
{
    /// <summary>As found.</summary>
    None,

    /// <summary>Nearest first.</summary>
    Ascending,

    /// <summary>Farthest first.</summary>
    Descending,
}

/// <summary>What a search asks for.</summary>
internal struct GeoQuery
{
    /// <summary>What is searched.</summary>
    public GeoShape Shape;

    /// <summary>Highest number of results; 0: all.</summary>
    public long Count;

    /// <summary>Whether the first results found will do.</summary>
    public bool Any;

    /// <summary>Their order.</summary>
    public GeoSort Sort;

    /// <summary>Whether positions are wanted.</summary>
    public bool WithPoint;

    /// <summary>Whether distances are wanted.</summary>
    public bool WithDistance;

    /// <summary>Whether scores are wanted.</summary>
    public bool WithHash;

    /// <summary>Argument of the key to store into; 0: reply.</summary>
    public int StoreKey;

    /// <summary>Whether distances are stored instead of scores.</summary>
    public bool StoresDistance;

    /// <summary>Whether a member is the middle.</summary>
    public bool FromMember;

    /// <summary>Whether a position is the middle.</summary>
    public bool FromPoint;

    /// <summary>Whether a circle is searched.</summary>
    public bool ByRadius;

    /// <summary>Whether a rectangle is searched.</summary>
    public bool ByBox;

    /// <summary>Whether any of the WITH options is set.</summary>
    public readonly bool HasDetails => WithPoint || WithDistance || WithHash;
}
