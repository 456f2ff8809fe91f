using System.Text;
using ModularKv.TestKit;

namespace ModularKv.Acl.Tests;

/// <summary>Every command and subcommand of the table, tried by who may not: nothing that is forbidden has an effect.</summary>
public sealed class ForbiddenCommandsTests
{
    private const string Secret = "secret:";
    private static readonly string[] Types = ["string", "hash", "list", "set", "zset", "stream"];

    [Fact]
    public void An_unauthenticated_client_changes_and_learns_nothing()
    {
        using ServerProcess server = ServerProcess.StartOurs("--enable-module-command", "yes");
        using Administrator admin = new(server);
        admin.Call("CONFIG", "SET", "requirepass", "pw");
        State before = admin.Look();
        foreach (Row row in admin.Rows)
        {
            if (row.NeedsNoLogin) continue;
            foreach (string[] line in row.Lines(Secret + "string"))
            {
                using RespClient client = server.Connect();
                Reply reply = client.Call(Command.Of([.. line]));
                bool isRefused = reply.IsError && Refusal(reply).StartsWith("NOAUTH", StringComparison.Ordinal);
                Assert.True(isRefused, $"{string.Join(' ', line)}: {reply}");
            }
        }

        Assert.Equal(before, admin.Look());
    }

    [Fact]
    public void A_user_without_commands_changes_and_learns_nothing()
    {
        using ServerProcess server = ServerProcess.StartOurs("--enable-module-command", "yes");
        using Administrator admin = new(server);
        admin.Call("ACL", "SETUSER", "nobody", "on", "nopass", "~*", "&*", "-@all");
        State before = admin.Look();
        foreach (Row row in admin.Rows)
        {
            if (row.NeedsNoLogin) continue;
            using RespClient client = Login(server, "nobody");
            foreach (string[] line in row.Lines(Secret + "string"))
            {
                Reply reply = client.Call(Command.Of([.. line]));
                string expected = $"NOPERM this user has no permissions to run the '{row.FullName}' command";
                Assert.True(reply.IsError && Refusal(reply) == expected, $"{string.Join(' ', line)}: {reply}");
            }
        }

        Assert.Equal(before, admin.Look());
    }

    /// <summary>All but one command allowed, and that one tried: the bit of no other command lets it through.</summary>
    [Fact]
    public void A_single_command_taken_away_is_taken_away()
    {
        using ServerProcess server = ServerProcess.StartOurs("--enable-module-command", "yes");
        using Administrator admin = new(server);
        State before = admin.Look(withUsers: false);
        foreach (Row row in admin.Rows)
        {
            if (row.NeedsNoLogin) continue;
            Assert.False(admin.Call("ACL", "SETUSER", "most", "reset", "on", "nopass", "~*", "&*", "+@all", "-" + row.FullName).IsError);
            using RespClient client = Login(server, "most");
            Reply reply = client.Call(Command.Of([.. row.Lines(Secret + "string").First()]));
            Assert.True(Refusal(reply).StartsWith("NOPERM", StringComparison.Ordinal), $"{row.FullName}: {reply}");
        }

        Assert.Equal(before, admin.Look(withUsers: false));
    }

    [Fact]
    public void Keys_that_the_patterns_leave_out_are_neither_read_nor_changed()
    {
        using ServerProcess server = ServerProcess.StartOurs("--enable-module-command", "yes");
        using Administrator admin = new(server);
        admin.Call("ACL", "SETUSER", "keyed", "on", "nopass", "~mine:*", "+@all");
        State before = admin.Look();
        int tried = 0;
        foreach (Row row in admin.Rows.Where(row => row.HasKeys))
        {
            foreach (string type in Types)
            {
                using RespClient client = Login(server, "keyed");
                foreach (string[] line in row.Lines(Secret + type))
                {
                    tried++;
                    Reply reply = client.Call(Command.Of([.. line]));
                    Assert.True(reply.IsError, $"{string.Join(' ', line)}: {reply}");
                }
            }

            Assert.True(before == admin.Look(), row.FullName);
        }

        Assert.True(tried > 1000, $"only {tried} calls");
    }

    [Fact]
    public void What_was_queued_while_it_was_allowed_does_not_run_later()
    {
        using ServerProcess server = ServerProcess.StartOurs("--enable-module-command", "yes");
        using Administrator admin = new(server);
        admin.Call("ACL", "SETUSER", "queue", "on", "nopass", "~*", "&*", "+@all");
        State before = admin.Look(withUsers: false);
        foreach (Row row in admin.Rows.Where(row => row is { HasKeys: true, NeedsNoLogin: false } && row.FullName != "watch"))
        {
            using RespClient client = Login(server, "queue");
            client.Call("MULTI");
            Reply queued = client.Call(Command.Of([.. row.Lines(Secret + "string").Last()]));
            Assert.Equal("QUEUED", queued.Text);
            admin.Call("ACL", "SETUSER", "queue", "-@all", "+exec");
            Reply executed = client.Call("EXEC");
            Assert.True(executed.Items is [{ IsError: true }], $"{row.FullName}: {executed}");
            Assert.StartsWith("NOPERM ACLs rules changed", executed.Items[0].Text);
            admin.Call("ACL", "SETUSER", "queue", "+@all");
        }

        Assert.Equal(before, admin.Look(withUsers: false));
    }

    // EXEC says in its own way why it does not run.
    private static string Refusal(Reply reply)
        => reply.Text.Replace("EXECABORT Transaction discarded because of: ", "", StringComparison.Ordinal);

    private static RespClient Login(ServerProcess server, string user)
    {
        RespClient client = server.Connect();
        Assert.Equal("OK", client.Call("AUTH", user, "any").Text);
        return client;
    }

    /// <summary>What must stay as it is.</summary>
    private sealed record State(string Digest, string Users, string Settings);

    /// <summary>A command of the table, as COMMAND tells it.</summary>
    private sealed record Row(string FullName, int Arity, bool NeedsNoLogin, bool HasKeys, int FirstKey, int LastKey, int Step, int Count)
    {
        /// <summary>Calls with a number of arguments that fits: all arguments the key; numbers but for the keys; a count before the
        /// key.</summary>
        public IEnumerable<string[]> Lines(string key)
        {
            string[] name = FullName.Split('|');
            int length = Math.Max(Math.Abs(Arity), name.Length);
            if (Arity < 0 && HasKeys) length = Math.Max(length, FirstKey + 1);
            if (Count > 0) length = Math.Max(length, Count + 2);
            for (int kind = Count > 0 ? 1 : 0; kind < 2; kind++)
            {
                string[] line = [.. name, .. Enumerable.Repeat(kind == 0 ? key : "1", Math.Max(0, length - name.Length))];
                int last = LastKey < 0 ? length + LastKey : LastKey;
                for (int i = FirstKey; i > 0 && i <= last && i < length; i += Math.Max(1, Step)) line[i] = key;
                if (Count > 0) (line[Count], line[Count + 1]) = ("1", key);
                yield return line;
            }
        }
    }

    /// <summary>A connection with all rights that was there before anything changed.</summary>
    private sealed class Administrator : IDisposable
    {
        private readonly RespClient _client;

        public Administrator(ServerProcess server)
        {
            _client = server.Connect();
            Call("SET", Secret + "string", "1");
            Call("HSET", Secret + "hash", "1", "1");
            Call("RPUSH", Secret + "list", "1", "2");
            Call("SADD", Secret + "set", "1", "2");
            Call("ZADD", Secret + "zset", "1", "1", "2", "2");
            Call("XADD", Secret + "stream", "1-1", "1", "1");
            Rows = [.. Call("COMMAND").Items.SelectMany(Flatten)];
            Assert.True(Rows.Count > 200);
        }

        public List<Row> Rows { get; }

        public Reply Call(params object[] arguments) => _client.Call(arguments);

        public State Look(bool withUsers = true)
        {
            string users = withUsers ? Call("ACL", "LIST").ToString() : "";
            Reply all = Call("CONFIG", "GET", "*");
            StringBuilder settings = new();
            foreach (Reply item in all.Items) settings.Append(item.Text).Append('\n');
            return new State(Call("DEBUG", "DIGEST").Text, users, settings.ToString());
        }

        public void Dispose() => _client.Dispose();

        private static IEnumerable<Row> Flatten(Reply command)
        {
            IReadOnlyList<Reply> items = command.Items;
            if (items[9].Items.Count > 0) return items[9].Items.SelectMany(Flatten);
            bool needsNoLogin = items[2].Items.Any(flag => flag.Text == "no_auth");
            List<Dictionary<string, Reply>> specs = [.. items[8].Items.Select(Map)];
            bool hasKeys = specs.Exists(spec => spec["flags"].Items.All(flag => flag.Text != "not_key"));
            return
            [
                new Row(items[0].Text, (int)items[1].Integer, needsNoLogin, hasKeys, (int)items[3].Integer, (int)items[4].Integer,
                    (int)items[5].Integer, specs.Select(CountIndex).Append(0).First()),
            ];
        }

        // Index of the argument that counts the keys behind it; 0: none.
        private static int CountIndex(Dictionary<string, Reply> spec)
        {
            Dictionary<string, Reply> find = Map(spec["find_keys"]), begin = Map(spec["begin_search"]);
            if (find["type"].Text != "keynum" || begin["type"].Text != "index") return 0;
            return (int)Map(begin["spec"])["index"].Integer;
        }

        private static Dictionary<string, Reply> Map(Reply map)
        {
            Dictionary<string, Reply> found = [];
            for (int i = 0; i + 1 < map.Items.Count; i += 2) found[map.Items[i].Text] = map.Items[i + 1];
            return found;
        }
    }
}
