namespace ModularKv.Rdb.Format;

/// <summary>Type bytes of values. Source: rdb.h of Redis; the newest are those of 7.4 (version 12).</summary>
internal static class RdbTypeByte
{
    public const byte String = 0;
    public const byte List = 1;
    public const byte Set = 2;
    public const byte SortedSet = 3;
    public const byte Hash = 4;
    public const byte SortedSet2 = 5;
    public const byte ModulePreGa = 6;
    public const byte Module2 = 7;
    public const byte HashZipmap = 9;
    public const byte ListZiplist = 10;
    public const byte SetIntset = 11;
    public const byte SortedSetZiplist = 12;
    public const byte HashZiplist = 13;
    public const byte ListQuicklist = 14;
    public const byte StreamListpacks = 15;
    public const byte HashListpack = 16;
    public const byte SortedSetListpack = 17;
    public const byte ListQuicklist2 = 18;
    public const byte StreamListpacks2 = 19;
    public const byte SetListpack = 20;
    public const byte StreamListpacks3 = 21;
    public const byte HashTimedPreGa = 22;
    public const byte HashListpackTimedPreGa = 23;
    public const byte HashTimed = 24;
    public const byte HashListpackTimed = 25;

    /// <summary>The oldest RDB version whose readers know a type byte.</summary>
    public static int VersionOf(byte type) => type switch
    {
        HashTimedPreGa or HashListpackTimedPreGa or HashTimed or HashListpackTimed => 12,
        SetListpack or StreamListpacks3 => 11,
        HashListpack or SortedSetListpack or ListQuicklist2 or StreamListpacks2 => 10,
        StreamListpacks => 9,
        SortedSet2 or ModulePreGa or Module2 => 8,
        ListQuicklist => 7,
        HashZiplist => 4,
        _ => 1,
    };
}
