using System.Text;
using System.Text.Json;
using ModularKv.TestKit;

namespace ModularKv.Oracle.Tests;

/// <summary>COMMAND LIST, INFO and DOCS of the server under test against the facts of a reference file.</summary>
public sealed class CommandFactsTests(ServerPair servers)
{
    // Flags that COMMAND INFO keeps to itself; the streams compare what is left with redis-server, in its order.
    private static readonly HashSet<string> SilentFlags =
        ["sentinel", "only_sentinel", "protected", "may_replicate", "touches_arbitrary_keys", "internal"];

    // Of a version after the reference.
    private static readonly HashSet<string> LaterCommands = ["hgetdel", "hgetex", "hsetex"];

    // Follows from the key specifications; the streams compare it.
    private const string MovableKeys = "movablekeys";

    [Fact]
    public void Every_command_has_the_facts_of_the_reference()
    {
        IReadOnlyDictionary<string, JsonElement> reference = ReferenceFacts.Require();
        using RespClient client = servers.Ours.Connect();
        List<string> names = [.. client.Call("COMMAND", "LIST").Items.Select(name => name.Text).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(names);

        StringBuilder differences = new();
        foreach (string name in names)
        {
            if (LaterCommands.Contains(name)) continue;
            if (!reference.TryGetValue(name, out JsonElement expected))
            {
                differences.Append($"{name}: not a command of the reference\n");
                continue;
            }
            Reply info = client.Call("COMMAND", "INFO", name).Items[0];
            Dictionary<string, Reply> docs = ToMap(client.Call("COMMAND", "DOCS", name).Items[1]);
            foreach ((string fact, string ours, string theirs) in Compare(expected, info, docs))
            {
                if (ours != theirs) differences.Append($"{name} {fact}: ours {ours}, reference {theirs}\n");
            }
        }
        Assert.True(differences.Length == 0, differences.ToString());
    }

    [Fact]
    public void Command_tells_the_same_in_all_its_forms()
    {
        using RespClient client = servers.Ours.Connect();
        Reply all = client.Call("COMMAND");
        Assert.Equal(all.Raw, client.Call("COMMAND", "INFO").Raw);
        Assert.Equal(all.Items.Count, client.Call("COMMAND", "COUNT").Integer);
        Assert.Equal(all.Items.Count, client.Call("COMMAND", "DOCS").Items.Count / 2);

        List<string> listed = [.. client.Call("COMMAND", "LIST").Items.Select(name => name.Text)];
        IEnumerable<Reply> everyLevel = all.Items.SelectMany(command => command.Items[9].Items.Prepend(command));
        List<string> described = [.. everyLevel.Select(item => item.Items[0].Text)];
        Assert.Equal(described.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        foreach (Reply command in all.Items)
        {
            Assert.Equal(command.Raw, client.Call("COMMAND", "INFO", command.Items[0].Text).Items[0].Raw);
        }
    }

    private static IEnumerable<(string Fact, string Ours, string Reference)> Compare(
        JsonElement expected, Reply info, Dictionary<string, Reply> docs)
    {
        HashSet<string> flags = [.. Words(expected, "command_flags")];
        yield return ("arity", info.Items[1].Text, expected.GetProperty("arity").GetRawText());
        yield return ("flags", Sorted(Texts(info.Items[2]).Where(flag => flag != MovableKeys)), Sorted(flags.Except(SilentFlags)));
        yield return ("categories", Sorted(Texts(info.Items[6])), Sorted(Categories(Words(expected, "acl_categories"), flags)));
        yield return ("tips", string.Join(' ', Texts(info.Items[7])), string.Join(' ', Words(expected, "command_tips")));
        yield return ("key specs", string.Join(' ', info.Items[8].Items.Select(KeySpec)),
            string.Join(' ', expected.GetProperty("key_specs").EnumerateArray().Select(KeySpec)));
        foreach (string fact in (string[])["since", "group", "complexity", "deprecated_since", "replaced_by"])
        {
            // The reference writes sorted_set, COMMAND DOCS sorted-set.
            string reference = expected.GetProperty(fact).GetString() ?? "";
            if (fact == "group") reference = reference.Replace('_', '-');
            yield return (fact, docs.TryGetValue(fact, out Reply? told) ? told.Text : "", reference);
        }
        yield return ("doc flags", docs.TryGetValue("doc_flags", out Reply? marks) ? Sorted(Texts(marks)) : "",
            Sorted(Words(expected, "doc_flags")));
        yield return ("history", docs.TryGetValue("history", out Reply? changes)
            ? string.Join("; ", changes.Items.Select(change => string.Join(' ', Texts(change)))) : "",
            string.Join("; ", expected.GetProperty("history").EnumerateArray()
                .Select(change => string.Join(' ', change.EnumerateArray().Select(part => part.GetString())))));
    }

    /// <summary>The explicit categories and those that follow from the flags. Source: setImplicitACLCategories.</summary>
    private static IEnumerable<string> Categories(IEnumerable<string> named, HashSet<string> flags)
    {
        HashSet<string> categories = [.. named];
        if (flags.Contains("readonly") && !categories.Contains("scripting")) categories.Add("read");
        if (flags.Contains("admin")) categories.UnionWith(["admin", "dangerous"]);
        categories.UnionWith(flags.Intersect(["write", "pubsub", "fast", "blocking"]));
        if (!categories.Contains("fast")) categories.Add("slow");
        return categories.Select(category => "@" + category);
    }

    /// <summary>begin_search and find_keys in one line, numbers in the order of the reference.</summary>
    private static string KeySpec(Reply spec)
    {
        Dictionary<string, Reply> facts = ToMap(spec);
        string notes = facts.TryGetValue("notes", out Reply? told) ? told.Text : "";
        return $"[{Sorted(Texts(facts["flags"]))} {Search(facts["begin_search"])} {Search(facts["find_keys"])} {notes}]";
    }

    private static string Search(Reply search)
    {
        Dictionary<string, Reply> facts = ToMap(search);
        return $"{facts["type"].Text}({string.Join(',', ToMap(facts["spec"]).Values.Select(value => value.Text))})";
    }

    private static string KeySpec(JsonElement spec)
    {
        string notes = spec.TryGetProperty("notes", out JsonElement told) ? told.GetString()! : "";
        string flags = Sorted(spec.GetProperty("flags").EnumerateArray().Select(flag => Spelled(flag.GetString()!)));
        return $"[{flags} {Search(spec.GetProperty("begin_search"))} {Search(spec.GetProperty("find_keys"))} {notes}]";
    }

    private static string Search(JsonElement search)
    {
        JsonProperty one = search.EnumerateObject().Single();
        IEnumerable<string> values = one.Value.ValueKind == JsonValueKind.Object
            ? one.Value.EnumerateObject().Select(value => value.Value.ToString()) : [];
        return $"{one.Name}({string.Join(',', values)})";
    }

    // What is done to the key stands in capitals, what is done to its data does not.
    private static string Spelled(string flag) => flag.Length == 2 ? flag : flag.ToLowerInvariant();

    private static IEnumerable<string> Words(JsonElement command, string name) =>
        command.GetProperty(name).EnumerateArray().Select(word => word.GetString()!.ToLowerInvariant());

    private static IEnumerable<string> Texts(Reply list) => list.Items.Select(item => item.Text);

    private static string Sorted(IEnumerable<string> words) => string.Join(' ', words.Order(StringComparer.Ordinal));

    private static Dictionary<string, Reply> ToMap(Reply pairs) => pairs.Items.Chunk(2).ToDictionary(pair => pair[0].Text, pair => pair[1]);
}
