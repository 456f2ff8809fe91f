using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Bitmaps.Commands;

namespace ModularKv.Bitmaps;

/// <summary>Bitmaps: strings as rows of bits. This file is the module's part of the command table.</summary>
[Module("bitmaps", "1.0.0", ApiLevel.Current, Summary = "Strings as bitmaps and as fields of bits", DependsOn = ["strings"])]
public sealed class BitmapsModule : IModule
{
    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        StringKeys strings = new(registry.Server.Types, registry.Configuration.Find("proto-max-bulk-len") as MemoryParameter);
        registry.Commands(Bits(new BitCommands(strings)));
        registry.Commands(Ranges(new BitRangeCommands(strings), new BitOpCommand(strings)));
        registry.Commands(Fields(new BitFieldCommand(strings)));
    }

    private static CommandSpec[] Bits(BitCommands bits) =>
    [
        new()
        {
            Name = "setbit", Arity = 4, Handler = bits.Set, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.Bitmap, Group = "bitmap", Since = "2.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Sets or clears one bit and returns what it was; creates or extends the string where needed.",
            Arguments = "key offset:integer value:integer",
        },
        new()
        {
            Name = "getbit", Arity = 3, Handler = bits.Get, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Bitmap, Group = "bitmap", Since = "2.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(1)",
            Summary = "Returns one bit.",
            Arguments = "key offset:integer",
        },
    ];

    private static CommandSpec[] Ranges(BitRangeCommands ranges, BitOpCommand operations) =>
    [
        new()
        {
            Name = "bitcount", Arity = -2, Handler = ranges.Count, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Bitmap, Group = "bitmap", Since = "2.6.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N)",
            Summary = "Counts the bits that are set, in a whole string or a part of it.",
            Arguments = "key [range={start:integer end:integer [unit@7.0.0=(BYTE|BIT)]}]",
            History = [("7.0.0", "Added the `BYTE|BIT` option.")],
        },
        new()
        {
            Name = "bitpos", Arity = -3, Handler = ranges.Position, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Bitmap, Group = "bitmap", Since = "2.8.7",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N)",
            Summary = "Finds the first bit that is set, or clear.",
            Arguments = "key bit:integer [range={start:integer [end-unit-block={end:integer [unit@7.0.0=(BYTE|BIT)]}]}]",
            History = [("7.0.0", "Added the `BYTE|BIT` option.")],
        },
        new()
        {
            Name = "bitop", Arity = -4, Handler = operations.Run, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.Bitmap, Group = "bitmap", Since = "2.6.0",
            Keys =
            [
                KeySpec.At(2, KeyFlags.OW | KeyFlags.Update),
                KeySpec.Range(3, -1, 1, KeyFlags.RO | KeyFlags.Access),
            ],
            Complexity = "O(N)",
            Summary = "Combines strings bit by bit and stores the result.",
            Arguments = "operation=(AND|OR|XOR|NOT|DIFF@8.2.0|DIFF1@8.2.0|ANDOR@8.2.0|ONE@8.2.0) destkey:key key ...",
        },
    ];

    private static CommandSpec[] Fields(BitFieldCommand fields) =>
    [
        new()
        {
            Name = "bitfield", Arity = -2, Handler = fields.Run, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.Bitmap, Group = "bitmap", Since = "3.2.0",
            Keys = [new() { Index = 1, Flags = KeyFlags.RW | KeyFlags.Update | KeyFlags.Access | KeyFlags.VariableFlags,
                Notes = "This command allows both access and modification of the key" }],
            FindKeys = BitFieldCommand.FindKeys,
            Complexity = "O(1) for each subcommand specified",
            Summary = "Reads, sets and increments integers of any width inside a string.",
            Arguments =
                "key [operation=(GET get-block={encoding offset:integer}|" +
                "write={[OVERFLOW overflow-block=(WRAP|SAT|FAIL)] write-operation=(" +
                "SET set-block={encoding offset:integer value:integer}|" +
                "INCRBY incrby-block={encoding offset:integer increment:integer})}) ...]",
        },
        new()
        {
            Name = "bitfield_ro", Arity = -2, Handler = fields.RunReadOnly, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Bitmap, Group = "bitmap", Since = "6.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(1) for each subcommand specified",
            Summary = "Reads integers of any width inside a string.",
            Arguments = "key [GET get-block={encoding offset:integer} ...+]",
        },
    ];
}
