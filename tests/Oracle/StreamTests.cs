using System.Globalization;
using ModularKv.TestKit;
using ModularKv.TestKit.Streams;

[assembly: AssemblyFixture(typeof(ModularKv.Oracle.Tests.ServerPair))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace ModularKv.Oracle.Tests;

/// <summary>
/// Seeded streams of commands, sent to both servers. MODULARKV_STREAM_COMMANDS sets how many commands a stream has,
/// MODULARKV_STREAM_SEED another seed.
/// </summary>
public sealed class StreamTests(ServerPair servers, ITestOutputHelper output)
{
    private const int CommandsByDefault = 3000;
    private const int SeedByDefault = 20261;

    private static readonly Dictionary<string, IReadOnlyList<Production>[]> Groups = new()
    {
        ["strings"] = [StringCommands.Table],
        ["bitmaps"] = [BitmapCommands.Table],
        ["hyperloglogs"] = [HyperLogLogCommands.Table],
        ["hashes"] = [HashCommands.Table],
        ["lists"] = [ListCommands.Table],
        ["sets"] = [SetCommands.Table],
        ["sorted sets"] = [SortedSetCommands.Table],
        ["geo"] = [GeoCommands.Table],
        ["streams"] = [StreamCommands.Table, StreamCommandsOfGroups.Table],
        ["keys"] = [KeyCommands.Table],
        ["transactions"] = [TransactionCommands.Table, StringCommands.Table],
        ["scripts"] = [ScriptCommands.Table],
        ["pubsub"] = [PubSubCommands.Table],
        ["connection"] = [ConnectionCommands.Table],
        ["server"] = [ServerCommands.Table],
        ["all together"] =
        [
            StringCommands.Table, HashCommands.Table, ListCommands.Table, SetCommands.Table, SortedSetCommands.Table, StreamCommands.Table,
            BitmapCommands.Table, HyperLogLogCommands.Table, GeoCommands.Table, StreamCommandsOfGroups.Table, TransactionCommands.Table,
            KeyCommands.Table, ConnectionCommands.Table, ServerCommands.Table,
        ],
    };

    /// <summary>Every group in both protocols.</summary>
    public static IEnumerable<TheoryDataRow<string, int>> Cases =>
        Groups.Keys.SelectMany(group => new[] { new TheoryDataRow<string, int>(group, 2), new TheoryDataRow<string, int>(group, 3) });

    [Theory]
    [MemberData(nameof(Cases))]
    public void Commands_agree_with_redis(string group, int protocol) => Run(protocol, Groups[group]);

    [Fact]
    public void Key_events_agree_with_redis() => Run(2, "KEAnm", [StringCommands.Table, KeyCommands.Table]);

    private void Run(int protocol, params IReadOnlyList<Production>[] groups) => Run(protocol, null, groups);

    private void Run(int protocol, string? events, IReadOnlyList<Production>[] groups)
    {
        // Redis first: where it is missing, the test skips whatever the state of ours.
        ServerProcess theirs = servers.Theirs;
        CommandStream stream = new(Variables.Integer("MODULARKV_STREAM_SEED", SeedByDefault), groups)
        {
            Foreign = ForeignKeys.Collections,
            Missing = Feature.MissingOn(servers.Ours),
        };
        StreamRun run = new(servers.Ours, theirs, protocol) { Events = events };
        string? report = run.Compare(stream, Variables.Integer("MODULARKV_STREAM_COMMANDS", CommandsByDefault), output.WriteLine);
        Assert.True(report == null, report);
    }
}
