namespace ModularKv.Abstractions;

/// <summary>What a command does to a key. Names as COMMAND INFO prints them.</summary>
[Flags]
public enum KeyFlags : uint
{
    /// <summary>Nothing said.</summary>
    None = 0,

    /// <summary>Reads the value.</summary>
    RO = 1,

    /// <summary>Reads and modifies the value.</summary>
    RW = 2,

    /// <summary>Overwrites the value.</summary>
    OW = 4,

    /// <summary>Removes the key.</summary>
    RM = 8,

    /// <summary>Returns, copies or uses the user's data of the key.</summary>
    Access = 16,

    /// <summary>Updates data of the key.</summary>
    Update = 32,

    /// <summary>Adds data, does not modify what is there.</summary>
    Insert = 64,

    /// <summary>Deletes data of the key.</summary>
    Delete = 128,

    /// <summary>A name that is routed like a key but is none.</summary>
    NotKey = 256,

    /// <summary>This spec does not tell all keys.</summary>
    Incomplete = 512,

    /// <summary>The flags depend on the arguments.</summary>
    VariableFlags = 1024,
}

/// <summary>Where a command's keys stand among its arguments: Redis's key specification, one begin_search and one find_keys.</summary>
/// <remarks>Source: redis.io/docs/reference/key-specs.</remarks>
public sealed class KeySpec
{
    /// <summary>What happens to the keys found here.</summary>
    public required KeyFlags Flags { get; init; }

    /// <summary>
    /// begin_search: index of the first argument of the range, or 0 when <see cref="Keyword"/> or nothing says where it begins.
    /// </summary>
    public int Index { get; init; }

    /// <summary>begin_search keyword: the range begins after this word. Null: no keyword.</summary>
    public string? Keyword { get; init; }

    internal byte[] KeywordBytes => field ??= System.Text.Encoding.ASCII.GetBytes(Keyword!.ToLowerInvariant());

    /// <summary>begin_search keyword: where the search for the word starts (negative: from the end, backwards).</summary>
    public int StartFrom { get; init; }

    /// <summary>find_keys: how the keys follow.</summary>
    public KeyFind Find { get; init; } = KeyFind.Range;

    /// <summary>
    /// find_keys range: last key relative to the first (0: one key; negative: counted from the end, -1 the last argument).
    /// </summary>
    public int LastKey { get; init; }

    /// <summary>find_keys: distance between keys.</summary>
    public int Step { get; init; } = 1;

    /// <summary>
    /// find_keys range with a negative last key: 2 means half of the remaining arguments are keys, 3 a third …; 0 and 1 no limit.
    /// </summary>
    public int Limit { get; init; }

    /// <summary>find_keys keynum: where the number of keys stands, relative to the begin.</summary>
    public int KeyNumIndex { get; init; }

    /// <summary>find_keys keynum: where the first key stands, relative to the begin.</summary>
    public int FirstKey { get; init; }

    /// <summary>Remark printed by COMMAND INFO, or null.</summary>
    public string? Notes { get; init; }

    /// <summary>Whether the begin is told by neither index nor keyword.</summary>
    public bool BeginUnknown => Index == 0 && Keyword is null;

    /// <summary>One key at <paramref name="index"/>.</summary>
    public static KeySpec At(int index, KeyFlags flags) => new() { Flags = flags, Index = index };

    /// <summary>
    /// Keys from <paramref name="first"/> to <paramref name="last"/> (relative to the first; -1: the last argument) every <paramref
    /// name="step"/>.
    /// </summary>
    public static KeySpec Range(int first, int last, int step, KeyFlags flags, int limit = 0)
        => new() { Flags = flags, Index = first, LastKey = last, Step = step, Limit = limit };

    /// <summary>A number of keys at <paramref name="index"/>, followed by that many keys.</summary>
    public static KeySpec Counted(int index, KeyFlags flags)
        => new() { Flags = flags, Index = index, Find = KeyFind.KeyNum, KeyNumIndex = 0, FirstKey = 1, Step = 1 };

    /// <summary>Keys that only the command itself can tell.</summary>
    public static KeySpec Unknown(KeyFlags flags, string? notes = null)
        => new() { Flags = flags | KeyFlags.Incomplete, Find = KeyFind.Unknown, Notes = notes };
}

/// <summary>How keys follow the begin of a key specification.</summary>
public enum KeyFind
{
    /// <summary>last key, step, limit.</summary>
    Range,

    /// <summary>a number, then so many keys.</summary>
    KeyNum,

    /// <summary>not told.</summary>
    Unknown,
}
