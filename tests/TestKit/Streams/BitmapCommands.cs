namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the bitmap group. The operations of BITOP that Redis 7.0 lacks are not in it.</summary>
public static class BitmapCommands
{
    private const int BitsMax = 3000;

    // Offsets between these and the limit would have both servers fill hundreds of megabytes.
    private static readonly string[] RefusedOffsets =
    [
        "4294967296", "4294967295999", "9223372036854775807", "-1", "-9223372036854775808", "#1", "#-1", "#", "", "1 ", "1\0",
    ];

    private static readonly string[] RefusedTypes =
    [
        "u64", "i65", "u0", "i0", "i-1", "U8", "I8", "u", "i", "", "8", "u08", "i8x", "u9223372036854775807", "x8", "u8\0junk",
    ];

    /// <summary>BITCOUNT to SETBIT.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("SETBIT", 14, d => Offset(d.Key(), 0).Add(d.Pick(["0", "1", "1", "0", "2", "-1", "abc", ""]))),
        new("GETBIT", 8, d => Offset(d.Key(), 0)),
        new("BITCOUNT", 10, Count),
        new("BITPOS", 12, Position),
        new("BITOP", 12, Operation),
        new("BITFIELD", 16, d => Fields(d, writes: true)),
        new("BITFIELD_RO", 5, d => Fields(d, writes: false)),
        new("SET", 6, d => d.Key().Value()),
        new("SET", 2, d => d.Key().Add(new string('\xff', d.Random.Next(1, 300)))),
        new("SETRANGE", 2, d => d.Key().Small(0, 400).Value()),
        new("APPEND", 2, d => d.Key().Value()),
        new("GET", 4, d => d.Key()),
        new("STRLEN", 2, d => d.Key()),
        new("OBJECT", 3, d => d.Word("ENCODING").Key()),
        new("COPY", 2, d => d.Key().Key().Word("REPLACE")),
        new("EXPIRE", 1, d => d.Key().Relative(milliseconds: false)),
        new("TTL", 1, d => d.Key()),
        new("DEL", 2, d => d.Key()),
    ];

    private static Draft Offset(Draft draft, int width)
    {
        if (draft.Chance(12)) return draft.Add(draft.Pick(RefusedOffsets));
        long offset = draft.Random.Next(draft.Chance(3) ? BitsMax : 80);
        return width > 0 && draft.Chance(3) ? draft.Add("#" + offset / width) : draft.Add(offset);
    }

    private static void Position(Draft draft, int positions)
    {
        for (int i = 0; i < positions; i++)
        {
            if (draft.Chance(15)) draft.Integer();
            else draft.Add(draft.Random.Next(-120, 120));
        }
    }

    private static void Count(Draft draft)
    {
        draft.Key();
        if (draft.Chance(4)) return;
        Position(draft, draft.Chance(15) ? 1 : 2);
        Unit(draft);
    }

    private static void Position(Draft draft)
    {
        draft.Key().Add(draft.Pick(["0", "1", "0", "1", "0", "1", "2", "-1", "abc"]));
        if (draft.Chance(4)) return;
        Position(draft, draft.Chance(3) ? 1 : 2);
        Unit(draft);
    }

    private static void Unit(Draft draft)
    {
        if (draft.Chance(2)) draft.OneOf("BIT", "BYTE", "BIT");
        if (draft.Chance(25)) draft.Junk();
    }

    private static void Operation(Draft draft)
    {
        string operation = draft.Pick(["AND", "OR", "XOR", "NOT"]);
        if (draft.Chance(20)) draft.Junk();
        else draft.Word(operation);
        draft.Key().ManyKeys(1, operation == "NOT" && !draft.Chance(8) ? 1 : 5);

        // A mutated name could be one that Redis 7.0 does not know yet.
        draft.MayBeMutated = false;
    }

    private static void Fields(Draft draft, bool writes)
    {
        draft.Key();
        int steps = draft.Random.Next(0, 5);
        for (int i = 0; i < steps; i++)
        {
            if (draft.Chance(3) && (writes || draft.Chance(8))) draft.Word("OVERFLOW").OneOf("WRAP", "SAT", "FAIL", "SAT", "FAIL");
            if (draft.Chance(60)) draft.Word("OVERFLOW").Junk();
            bool stores = writes ? !draft.Chance(3) : draft.Chance(12);
            if (stores) draft.OneOf("SET", "INCRBY");
            else draft.Word("GET");
            int width = Type(draft);
            Offset(draft, width);
            if (stores) draft.Integer();
        }

        if (draft.Chance(25)) draft.Junk();
    }

    private static int Type(Draft draft)
    {
        bool isSigned = draft.Chance(2);
        int width = draft.Chance(3) ? draft.Pick([1, 8, 16, 32, 63, isSigned ? 64 : 63]) : draft.Random.Next(1, isSigned ? 65 : 64);
        if (draft.Chance(25)) draft.Add(draft.Pick(RefusedTypes));
        else draft.Add((isSigned ? "i" : "u") + width);
        return width;
    }
}
