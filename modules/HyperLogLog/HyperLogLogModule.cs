using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.HyperLogLog.Commands;
using ModularKv.HyperLogLog.Registers;

namespace ModularKv.HyperLogLog;

/// <summary>
/// HyperLogLogs: estimates of how many different elements there were. This file is the module's part of the command table.
/// </summary>
[Module("hyperloglog", "1.0.0", ApiLevel.Current, Summary = "Estimates of the number of different elements", DependsOn = ["strings"])]
public sealed class HyperLogLogModule : IModule
{
    private const long SparseBytesMaxByDefault = 3000;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        MemoryParameter sparseBytesMax = registry.Parameter(new MemoryParameter("hll-sparse-max-bytes", SparseBytesMaxByDefault)
        {
            Description = "Length above which a HyperLogLog becomes dense, header included.",
        });
        HllKeys hlls = new(registry.Server.Types, sparseBytesMax);
        HllValue values = new();
        registry.Commands(Counting(new HllCommands(hlls, values)));
        registry.Commands(Testing(new HllDebugCommand(hlls, values), new HllSelfTest(hlls, values)));
    }

    private static CommandSpec[] Counting(HllCommands commands) =>
    [
        new()
        {
            Name = "pfadd", Arity = -2, Handler = commands.Add,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.HyperLogLog, Group = "hyperloglog", Since = "2.8.9",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Insert)],
            Complexity = "O(1) to add every element.",
            Summary = "Adds elements; creates the key when it is missing.",
            Arguments = "key [element ...]",
        },
        new()
        {
            Name = "pfcount", Arity = -2, Handler = commands.Count, Flags = CommandFlags.ReadOnly | CommandFlags.MayReplicate,
            Categories = AclCategories.HyperLogLog, Group = "hyperloglog", Since = "2.8.9",
            Keys = [new() { Index = 1, LastKey = -1, Flags = KeyFlags.RW | KeyFlags.Access,
                Notes = "RW because it may change the internal representation of the key, and propagate to replicas" }],
            Complexity =
                "O(1) with a very small average constant time when called with a single key. O(N) with N being the number of keys, and " +
                "much bigger constant times, when called with multiple keys.",
            Summary = "Estimates the number of different elements of one key, or of the union of several.",
            Arguments = "key ...",
        },
        new()
        {
            Name = "pfmerge", Arity = -2, Handler = commands.Merge, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.HyperLogLog, Group = "hyperloglog", Since = "2.8.9",
            Keys =
            [
                KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Insert),
                KeySpec.Range(2, -1, 1, KeyFlags.RO | KeyFlags.Access),
            ],
            Complexity = "O(N) to merge N HyperLogLogs, but with high constant times.",
            Summary = "Makes a key the union of itself and others.",
            Arguments = "destkey:key [sourcekey:key ...]",
        },
    ];

    private static CommandSpec[] Testing(HllDebugCommand debug, HllSelfTest test) =>
    [
        new()
        {
            Name = "pfdebug", Arity = 3, Handler = debug.Run, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Admin,
            Categories = AclCategories.HyperLogLog, Group = "hyperloglog", Since = "2.8.9", DocFlags = DocFlags.SysCmd,
            Keys = [KeySpec.At(2, KeyFlags.RW | KeyFlags.Access)],
            Complexity = "N/A",
            Summary = "Shows or changes how a HyperLogLog is stored.",
            Arguments = "subcommand key",
        },
        new()
        {
            Name = "pfselftest", Arity = 1, Handler = test.Run, Flags = CommandFlags.Admin,
            Categories = AclCategories.HyperLogLog, Group = "hyperloglog", Since = "2.8.9", DocFlags = DocFlags.SysCmd,
            Complexity = "N/A",
            Summary = "Tests the implementation of HyperLogLogs.",
        },
    ];
}
