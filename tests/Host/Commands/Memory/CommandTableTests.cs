using System.Text;
using ModularKv.Abstractions;
using ModularKv.Host.Commands;

namespace ModularKv.Host.Tests.Commands.Memory;

public sealed class CommandTableTests
{
    private static CommandSpec Row(string name, params CommandSpec[] subcommands) => new()
    {
        Name = name,
        Arity = -1,
        Group = "generic",
        Since = "1.0.0",
        Handler = subcommands.Length == 0 ? Nothing : null,
        Subcommands = subcommands,
    };

    private static void Nothing(ref CommandContext call) => call.Reply.Ok();

    private static Command? Find(CommandTable table, string name) => table.Find(Encoding.Latin1.GetBytes(name));

    [Fact]
    public void Names_are_found_in_any_case_and_nothing_else_is()
    {
        var random = new Random(4);
        var table = new CommandTable();
        const string Alphabet = "abcdefghijklmnopqrstuvwxyz_-.|0123456789@[`";
        HashSet<string> names =
        [
            "get", "getex", "getdel", "getrange", "getrangex", "getrangey", "bf.add", "sort_ro", "a", "x|y", "json.arrappend",
        ];
        while (names.Count < 1500)
        {
            names.Add(new string([.. Enumerable.Range(0, random.Next(1, 14)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]));
        }

        foreach (string name in names) table.Add(Row(name), "test", false);
        Assert.Equal(names.Count, table.Count);
        foreach (string name in names)
        {
            Assert.Equal(name, Find(table, name)!.Spec.Name);
            Assert.Equal(name, Find(table, name.ToUpperInvariant())!.Spec.Name);
            for (int i = 0; i < name.Length; i++)
            {
                string other = name[..i] + (char)(name[i] ^ 0x20) + name[(i + 1)..];
                string lower = new([.. other.Select(char.ToLowerInvariant)]);
                Assert.Equal(names.Contains(lower) ? lower : null, Find(table, other)?.Spec.Name);
            }

            Assert.Null(Find(table, name + "\0"));
            Assert.Null(Find(table, name + " "));
        }

        Assert.Null(Find(table, ""));
    }

    [Fact]
    public void A_renamed_command_has_one_name_and_can_be_taken_out()
    {
        var table = new CommandTable();
        Command get = table.Add(Row("get"), "test", true);
        Command set = table.Add(Row("set"), "test", true);
        Assert.True(table.Rename("GET", "Fetch"));
        Assert.Null(Find(table, "get"));
        Assert.Same(get, Find(table, "FETCH"));
        Assert.False(table.Rename("get", "other"));
        Assert.False(table.Rename("set", "fetch"));
        Assert.True(table.Rename("set", ""));
        Assert.Null(Find(table, "set"));
        table.Remove(set);
        table.Remove(get);
        Assert.Equal(0, table.Count);
        Assert.True(get.IsRemoved);
        Assert.Equal(get.Id, Math.Min(get.Id, set.Id));
        Command again = table.Add(Row("get"), "test", true);
        Assert.Equal(0, again.Id);
        Assert.NotSame(get, Find(table, "get"));
    }

    [Fact]
    public void Subcommands_are_found_below_their_container_in_any_case()
    {
        var table = new CommandTable();
        Command config = table.Add(Row("config", Row("get"), Row("set")), "test", true);
        using var call = new ArgumentBlock("CONFIG", "GeT", "x");
        Command? found = table.Resolve(call.List);
        Assert.Equal("config|get", found!.FullName);
        Assert.Same(config, found.Container);
        using var unknown = new ArgumentBlock("config", "nothing");
        Assert.Null(table.Resolve(unknown.List));
        using var alone = new ArgumentBlock("config");
        Assert.Same(config, table.Resolve(alone.List));
        using var tooLong = new ArgumentBlock("config", new string('g', 5000));
        Assert.Null(table.Resolve(tooLong.List));
        table.Remove(config);
        Assert.True(found.IsRemoved);
        Assert.Equal(3, table.Add(Row("a"), "test", true).Id);
        Command again = table.Add(Row("config", Row("set"), Row("new")), "test", true);
        Assert.Equal([0, 2, 4], new[] { again.Id, again.Subcommands[0].Id, again.Subcommands[1].Id });
    }

    [Fact]
    public void Rows_that_contradict_themselves_are_refused()
    {
        var table = new CommandTable();
        table.Add(Row("get"), "test", true);
        Assert.Throws<ModuleException>(() => table.Add(Row("get"), "test", true));
        Assert.Throws<ModuleException>(() => table.Add(Row("Get"), "test", true));
        Assert.Throws<ModuleException>(() => table.Add(Row("a b"), "test", true));
        Assert.Throws<ModuleException>(() => table.Add(Row("c", Row("x"), Row("x")), "test", true));
        var withoutArity = new CommandSpec { Name = "d", Arity = 0, Group = "g", Since = "1", Handler = Nothing };
        Assert.Throws<ModuleException>(() => table.Add(withoutArity, "test", true));
        Assert.Throws<ModuleException>(() => table.Add(new CommandSpec { Name = "e", Arity = 1, Group = "g", Since = "1" }, "test", true));
    }
}
