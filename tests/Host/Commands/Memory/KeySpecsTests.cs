using ModularKv.Abstractions;
using ModularKv.Host.Commands;

namespace ModularKv.Host.Tests.Commands.Memory;

public sealed class KeySpecsTests
{
    private static readonly Dictionary<string, KeySpec[]> Rows = new()
    {
        ["get"] = [KeySpec.At(1, KeyFlags.RO)],
        ["mget"] = [KeySpec.Range(1, -1, 1, KeyFlags.RO)],
        ["mset"] = [KeySpec.Range(1, -1, 2, KeyFlags.OW)],
        ["blpop"] = [KeySpec.Range(1, -2, 1, KeyFlags.RW)],
        ["rename"] = [KeySpec.At(1, KeyFlags.RW), KeySpec.At(2, KeyFlags.OW)],
        ["zunionstore"] = [KeySpec.At(1, KeyFlags.OW), KeySpec.Counted(2, KeyFlags.RO)],
        ["xread"] = [new KeySpec { Flags = KeyFlags.RO, Keyword = "STREAMS", StartFrom = 1, LastKey = -1, Limit = 2 }],
        ["migrate"] = [new KeySpec { Flags = KeyFlags.RW, Keyword = "KEYS", StartFrom = -2, LastKey = -1 }],
        ["sort"] = [KeySpec.At(1, KeyFlags.RO), KeySpec.Unknown(KeyFlags.RO)],
        ["ping"] = [],
    };

    [Theory]
    [InlineData("get a", "1")]
    [InlineData("mget a b c", "1 2 3")]
    [InlineData("mset a 1 b 2", "1 3")]
    [InlineData("blpop a b 0", "1 2")]
    [InlineData("rename a b", "1 2")]
    [InlineData("rename a", null)]
    [InlineData("zunionstore d 2 a b WEIGHTS 1 2", "1 3 4")]
    [InlineData("zunionstore d 3 a b", null)]
    [InlineData("zunionstore d -1 a b", null)]
    [InlineData("zunionstore d x a b", null)]
    [InlineData("zunionstore d +1 a b", null)]
    [InlineData("zunionstore d 2147483647 a b", null)]
    [InlineData("zunionstore d 2147483648 a b", null)]
    [InlineData("zunionstore d 9223372036854775807 a b", null)]
    [InlineData("zunionstore d", null)]
    [InlineData("xread COUNT 2 streams a b 0 0", "4 5")]
    [InlineData("xread COUNT 2", "")]
    [InlineData("migrate h 1 \"\" 0 5 KEYS a b", "7 8")]
    [InlineData("sort a", null)]
    [InlineData("ping", "")]
    public void Keys_are_found(string line, string? expected)
    {
        string[] words = line.Split(' ');
        var table = new CommandTable();
        KeySpec[] specs = Rows[words[0]];
        var row = new CommandSpec { Name = words[0], Arity = -1, Group = "g", Since = "1", Handler = Nothing, Keys = specs };
        Command command = table.Add(row, "test", true);
        var keys = new KeyPositions();
        using var call = new ArgumentBlock(words);
        bool found = table.FindKeys(command, call.List, keys);
        Assert.Equal(expected is not null, found);
        if (expected is not null) Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, keys.Count).Select(n => keys[n])));
    }

    [Theory]
    [InlineData("get", 1, 1, 1)]
    [InlineData("mget", 1, -1, 1)]
    [InlineData("mset", 1, -1, 2)]
    [InlineData("blpop", 1, -2, 1)]
    [InlineData("rename", 1, 2, 1)]
    [InlineData("zunionstore", 1, 1, 1)]
    [InlineData("ping", 0, 0, 0)]
    public void The_old_form_follows(string name, int first, int last, int step)
    {
        Command command = new CommandTable().Add(
            new CommandSpec { Name = name, Arity = -1, Group = "g", Since = "1", Handler = Nothing, Keys = Rows[name] }, "test", true);
        Assert.Equal((first, last, step), command.LegacyKeys);
    }

    private static void Nothing(ref CommandContext call) => call.Reply.Ok();
}
