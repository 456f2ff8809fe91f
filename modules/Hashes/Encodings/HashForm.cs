namespace ModularKv.Hashes.Encodings;

/// <summary>How a hash is kept: the four encoding bits of its record.</summary>
internal enum HashForm
{
    /// <summary>listpack: field, value, field, value … in the order in which they came.</summary>
    Packed = 0,

    /// <summary>listpackex: field, value, time to live …, the next to expire first; 0 (never) last.</summary>
    PackedTimes = 1,

    /// <summary>hashtable, no field of which ever had a time to live.</summary>
    Table = 2,

    /// <summary>hashtable, with a tree of the fields that expire.</summary>
    TableTimes = 3,
}
