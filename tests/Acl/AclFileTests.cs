using ModularKv.TestKit;

namespace ModularKv.Acl.Tests;

/// <summary>Users in an ACL file and in redis.conf.</summary>
public sealed class AclFileTests
{
    private static readonly string[] Categories = ["read", "write", "string", "dangerous", "fast", "keyspace"];

    private static readonly string[] Names = ["get", "set", "config|get", "client|kill", "mget", "eval"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Users_survive_a_file(int seed)
    {
        string file = Path.Combine(System.IO.Directory.CreateTempSubdirectory("acl-").FullName, "users.acl");
        File.WriteAllText(file, "user default on nopass ~* &* +@all\n");
        using ServerProcess server = ServerProcess.StartOurs("--aclfile", file);
        using RespClient client = server.Connect();
        Random random = new(seed);
        for (int i = 0; i < 60; i++)
        {
            client.Call(Command.Of(["ACL", "SETUSER", "user" + random.Next(20), .. Rules(random)]));
        }

        string before = client.Call("ACL", "LIST").ToString();
        Assert.Equal("OK", client.Call("ACL", "SAVE").Text);
        Assert.Equal("OK", client.Call("ACL", "LOAD").Text);
        Assert.Equal(before, client.Call("ACL", "LIST").ToString());
        string written = File.ReadAllText(file);
        server.Restart();
        using RespClient again = server.Connect();
        Assert.Equal(before, again.Call("ACL", "LIST").ToString());
        Assert.Equal("OK", again.Call("ACL", "SAVE").Text);
        Assert.Equal(written, File.ReadAllText(file));
    }

    [Theory]
    [InlineData("user a on +nosuch", ":3: Error in applying operation '+nosuch': Unknown command or category name in ACL. ")]
    [InlineData("user a on (+get", ":3: Unmatched parenthesis in selector definition. ")]
    [InlineData("user a on %X~k", ":3: Syntax error. ")]
    [InlineData("user", ":3 should start with user keyword followed by the username. ")]
    [InlineData("usr a on", ":3 should start with user keyword followed by the username. ")]
    [InlineData("user keep on", "WARNING: Duplicate user 'keep' found on line 3. ")]
    public void A_malformed_line_is_named_and_changes_nothing(string line, string expected)
    {
        string file = Path.Combine(System.IO.Directory.CreateTempSubdirectory("acl-").FullName, "users.acl");
        const string Good = "user default on nopass ~* &* +@all\nuser keep on nopass ~a +get\n";
        File.WriteAllText(file, Good);
        using (ServerProcess server = ServerProcess.StartOurs("--aclfile", file))
        {
            using RespClient client = server.Connect();
            string before = client.Call("ACL", "LIST").ToString();
            using RespClient kept = server.Connect();
            kept.Call("AUTH", "keep", "x");
            File.WriteAllText(file, Good + line + "\nuser b on\n");
            Reply refused = client.Call("ACL", "LOAD");
            Assert.True(refused.IsError);
            Assert.Contains(expected, refused.Text);
            Assert.EndsWith("no change to the previously active ACL rules was performed", refused.Text);
            Assert.Equal(before, client.Call("ACL", "LIST").ToString());
            Assert.True(kept.Call("GET", "a").IsNull);
        }

        InvalidOperationException start = Assert.Throws<InvalidOperationException>(() => ServerProcess.StartOurs("--aclfile", file));
        Assert.Contains(expected.TrimEnd(), start.Message);
    }

    [Theory]
    [InlineData("--user a on +nosuch", "error loading ACL rule '+nosuch' for the user named 'a'")]
    [InlineData("--user a on %X~k", "Error in user declaration '%X~k': Syntax error")]
    [InlineData("--user a on --user a off", "Duplicate user found")]
    [InlineData("--user a on (+get", "Unmatched parenthesis")]
    [InlineData("--user a on --aclfile users.acl", "either an ACL file or declare users")]
    public void A_malformed_directive_stops_the_start(string directives, string expected)
    {
        InvalidOperationException start = Assert.Throws<InvalidOperationException>(
            () => ServerProcess.StartOurs(directives.Split(' ')));
        Assert.Contains(expected, start.Message);
    }

    private static IEnumerable<object> Rules(Random random)
    {
        int count = random.Next(1, 6);
        for (int i = 0; i < count; i++)
        {
            yield return random.Next(10) switch
            {
                0 => random.Next(2) == 0 ? "on" : "off",
                1 => ">" + random.Next(5),
                2 => "~key" + random.Next(5) + "*",
                3 => "%R~read" + random.Next(5),
                4 => "&channel" + random.Next(5),
                5 => (random.Next(2) == 0 ? "+@" : "-@") + Categories[random.Next(Categories.Length)],
                6 => (random.Next(2) == 0 ? "+" : "-") + Names[random.Next(Names.Length)],
                7 => $"(+@{Categories[random.Next(Categories.Length)]} ~sel{random.Next(5)} %W~w*)",
                8 => "+select|" + random.Next(3),
                _ => random.Next(4) == 0 ? "reset" : "+@all",
            };
        }
    }
}
