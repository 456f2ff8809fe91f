namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the hyperloglog group; GET compares the representation byte for byte.</summary>
public static class HyperLogLogCommands
{
    private const int ElementsMax = 40;
    private const int ManyElementsMax = 1500;

    // Whole, too short, too long, not the shortest form. None ends within an opcode: there Redis reads what follows the string.
    private static readonly string[] Codes =
    [
        "\x7f\xff", "", "\x40\0\x7f\xfe", "\x88\x7f\xfb", "\x80\x80\x80\x81\x7f\xfa", "\x7f\xff\x80", "\x7f\xff\0", "\x7f\xfe",
        "\x83\x83\x7f\xf7", "\xfd\0\xfc\x7f\xfb", "\0\0\0\x7f\xfc", "\x3f\x7f\xbf", "\x7f\xff\x7f\xff", "\x7f\xfe\x81", "\x80",
    ];

    /// <summary>PFADD to PFMERGE.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("PFADD", 30, Add),
        new("PFCOUNT", 12, d => d.ManyKeys(1, 1)),
        new("PFCOUNT", 6, d => d.ManyKeys(2, 5)),
        new("PFMERGE", 10, d => d.ManyKeys(1, 4)),
        new("PFDEBUG", 4, d => Debug(d)),
        new("GET", 12, d => d.Key()),
        new("SET", 3, d => d.Key().Value()),
        new("SET", 3, d => d.Key().Add("HYLL\x01\0\0\0\0\0\0\0\0\0\0\0" + d.Pick(Codes))),
        new("SETRANGE", 3, Damage),
        new("APPEND", 1, d => d.Key().Add(d.Pick(["\0", "\x80", "junk"]))),
        new("COPY", 2, d => d.Key().Key().Word("REPLACE")),
        new("STRLEN", 3, d => d.Key()),
        new("OBJECT", 3, d => d.Word("ENCODING").Key()),
        new("EXPIRE", 1, d => d.Key().Relative(milliseconds: false)),
        new("DEL", 3, d => d.Key()),
        new("CONFIG", 2, d =>
        {
            d.Word("SET").Word("hll-sparse-max-bytes").Add(d.Pick(["3000", "3000", "100", "0", "20000"]));
            d.MayBeMutated = false;
        }),
    ];

    private static void Add(Draft draft)
    {
        draft.Key();
        int count = draft.Random.Next(0, draft.Chance(12) ? ManyElementsMax : ElementsMax);
        for (int i = 0; i < count; i++)
        {
            if (draft.Chance(20)) draft.Value();
            else draft.Add(draft.Random.Next(draft.Chance(2) ? 500 : 1_000_000));
        }
    }

    // Without a known encoding: GETREG of a number's key and the like.
    private static void Debug(Draft draft)
    {
        draft.OneOf("GETREG", "DECODE", "DECODE", "ENCODING", "ENCODING", "TODENSE", "NOTHING").Key();

        // Redis 7.0 takes any number of arguments and complains later, in other words.
        draft.MayBeMutated = false;
    }

    // The header only; and no sparse one above dense registers, which may end within an opcode.
    private static void Damage(Draft draft)
    {
        draft.Key();
        if (draft.Chance(4)) draft.Add("4").Add(draft.Pick(["\0", "\x02"]));
        else draft.Add(draft.Pick([0, 3, 5, 8, 9, 14, 15])).Add(draft.Pick(["\0", "\x01", "\x80", "\xff", "H", "L", "\x3f"]));
        draft.MayBeMutated = false;
    }
}
