using ModularKv.TestKit;

namespace ModularKv.Oracle.Tests;

/// <summary>
/// Random rules on both servers: the same answers, the same users, the same verdicts. Rules name commands that both have; which commands
/// a category has follows from the tables, which differ by what this server lacks or has from a later version.
/// </summary>
public sealed class AclRuleTests(ServerPair servers)
{
    private const int Steps = 400;
    private const int VerdictsPerStep = 8;
    private static readonly string[] Users = ["alice", "bob", "carol", "dave"];
    private static readonly string[] Words =
    [
        "on", "off", "nopass", "resetpass", "reset", "resetkeys", "resetchannels", "allkeys", "allchannels", "allcommands", "nocommands",
        "clearselectors", "sanitize-payload", "skip-sanitize-payload", "ON", "AllKeys", "", "nosuch", "+", "-", "~", "&", "%", "%R",
        "%W~", "%r~low", "%wR~both", "%RWR~x", "%R~*", "%W~*", "(", ")", "()", "( )", "#12", "!34", "+@", "-@nosuch", "+nosuch",
        "+config|nosuch", "+select|1", "+SELECT|2", "+get|", "+config|get|x", "-select|1", "~a b", "&a\tb", "(allkeys", "+@all)", "+@all",
        "-@all", "~*", "&*", "+@ALL",
    ];

    private static readonly string[] Keys = ["a", "b", "ab", "key:1", "key:2", "other", ""];
    private static readonly string[] Patterns = ["a*", "*b", "key:*", "k?y:1", "[ab]", "other", "key:[^1]", "\\a", "a**", "*"];
    private static readonly string[] Categories = ["string", "hash", "list", "set", "sortedset", "stream", "bitmap", "hyperloglog", "geo"];

    // PFMERGE of a key alone names no source, which redis-server takes for malformed, and so checks not even the key that it writes.
    private static readonly HashSet<string> NotCompared = ["pfmerge"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_rules_mean_the_same(int seed)
    {
        using RespClient theirs = servers.Theirs.Connect();
        using RespClient ours = servers.Ours.Connect();
        Dictionary<string, int> arities = CommonCommands(ours, theirs);
        string[] names = [.. arities.Keys.Order(StringComparer.Ordinal)];
        Random random = new(seed);
        try
        {
            for (int step = 0; step < Steps; step++)
            {
                string place = $"seed {seed}, step {step}";
                string user = Users[random.Next(Users.Length)];
                object[] rules = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Rule(random, names))];
                Same(ours, theirs, place, ["ACL", "SETUSER", user, .. rules]);
                SameUser(ours, theirs, place, user);
                for (int i = 0; i < VerdictsPerStep; i++)
                {
                    Same(ours, theirs, place, ["ACL", "DRYRUN", user, .. Line(random, arities, names)]);
                }

                if (step % 20 == 0) Same(ours, theirs, place, ["ACL", "USERS"]);
            }
        }
        finally
        {
            ours.Call(Command.Of(["ACL", "DELUSER", .. Users]));
            theirs.Call(Command.Of(["ACL", "DELUSER", .. Users]));
        }
    }

    /// <summary>What this server tells about a user, given back to it, makes the same user.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void A_line_of_the_list_makes_the_same_user(int seed)
    {
        using RespClient theirs = servers.Theirs.Connect();
        using RespClient ours = servers.Ours.Connect();
        Dictionary<string, int> arities = CommonCommands(ours, theirs);
        string[] names = [.. arities.Keys.Order(StringComparer.Ordinal)];
        Random random = new(seed);
        for (int step = 0; step < 100; step++)
        {
            object[] rules = [.. Enumerable.Range(0, 8).Select(_ => Rule(random, names))];
            ours.Call(Command.Of(["ACL", "DELUSER", "mine", "copy"]));
            ours.Call(Command.Of(["ACL", "SETUSER", "mine", .. rules]));
            string? line = LineOf(ours, "mine");
            if (line is null) continue;
            Reply copied = ours.Call(Command.Of(["ACL", "SETUSER", "copy", .. line.Split(' ')[2..]]));
            Assert.True(copied.Text == "OK", $"seed {seed}, step {step}: {line}: {copied}");
            Assert.Equal(line["user mine ".Length..], LineOf(ours, "copy")!["user copy ".Length..]);
        }

        ours.Call(Command.Of(["ACL", "DELUSER", "mine", "copy"]));
    }

    private static string? LineOf(RespClient client, string user)
        => client.Call("ACL", "LIST").Items.Select(item => item.Text)
            .FirstOrDefault(text => text.StartsWith($"user {user} ", StringComparison.Ordinal));

    private static void Same(RespClient ours, RespClient theirs, string place, object[] command)
    {
        Reply expected = theirs.Call(Command.Of(command)), actual = ours.Call(Command.Of(command));
        Assert.True(expected.ToString() == actual.ToString(), $"{place}: {Command.Of(command)}\nours {actual}\nredis {expected}");
    }

    // All but the commands, which DRYRUN compares.
    private static void SameUser(RespClient ours, RespClient theirs, string place, string user)
    {
        Reply expected = theirs.Call("ACL", "GETUSER", user), actual = ours.Call("ACL", "GETUSER", user);
        Assert.True(Text(expected) == Text(actual), $"{place}: {user}\nours {Text(actual)}\nredis {Text(expected)}");
    }

    private static string Text(Reply user)
    {
        if (user.IsNull) return "none";
        List<string> parts = [];
        for (int i = 0; i + 1 < user.Items.Count; i += 2)
        {
            string name = user.Items[i].Text;
            if (name == "selectors") parts.AddRange(user.Items[i + 1].Items.Select(Text));
            else if (name != "commands") parts.Add($"{name}={user.Items[i + 1]}");
        }

        return string.Join(' ', parts);
    }

    private static object Rule(Random random, string[] names) => random.Next(12) switch
    {
        0 or 1 => Words[random.Next(Words.Length)],
        2 => ">pw" + random.Next(3),
        3 => "<pw" + random.Next(3),
        4 => "~" + Patterns[random.Next(Patterns.Length)],
        5 => (random.Next(2) == 0 ? "%R~" : "%W~") + Patterns[random.Next(Patterns.Length)],
        6 => "&" + Patterns[random.Next(Patterns.Length)],
        7 => (random.Next(3) == 0 ? "-@" : "+@") + Categories[random.Next(Categories.Length)],
        8 or 9 => (random.Next(3) == 0 ? "-" : "+") + names[random.Next(names.Length)],
        10 => $"(+{names[random.Next(names.Length)]} +@{Categories[random.Next(Categories.Length)]} "
            + $"%R~{Patterns[random.Next(Patterns.Length)]} ~{Patterns[random.Next(Patterns.Length)]})",
        _ => "(+" + names[random.Next(names.Length)] + " allkeys allchannels)",
    };

    private static IEnumerable<object> Line(Random random, Dictionary<string, int> arities, string[] names)
    {
        string name = names[random.Next(names.Length)];
        string[] words = name.Split('|');
        int arity = arities[name];
        int length = Math.Abs(arity) + (arity < 0 ? random.Next(3) : 0);
        foreach (string word in words) yield return word;
        for (int i = words.Length; i < length; i++)
        {
            yield return random.Next(6) == 0 ? random.Next(1, 3).ToString() : Keys[random.Next(Keys.Length)];
        }
    }

    private static Dictionary<string, int> CommonCommands(RespClient ours, RespClient theirs)
    {
        Dictionary<string, int> here = Arities(ours), there = Arities(theirs);
        return here.Where(pair => there.TryGetValue(pair.Key, out int arity) && arity == pair.Value && !NotCompared.Contains(pair.Key))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
    }

    private static Dictionary<string, int> Arities(RespClient client)
        => client.Call("COMMAND").Items.SelectMany(command => command.Items[9].Items.Prepend(command))
            .ToDictionary(command => command.Items[0].Text, command => (int)command.Items[1].Integer);
}
