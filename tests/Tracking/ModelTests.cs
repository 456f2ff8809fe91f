using ModularKv.TestKit;

namespace ModularKv.Tracking.Tests;

/// <summary>Clients in random modes read and write at random; a few lines say who must be told what.</summary>
public sealed class ModelTests
{
    private const int Clients = 6;
    private const int Steps = 600;

    private static readonly string[] Keys = ["a:1", "a:2", "b:1", "b:2", "c", ""];
    private static readonly string[] Prefixes = ["a:", "b:", "c", "", "a:2"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Everybody_is_told_what_the_model_says(int seed)
    {
        using ServerProcess server = ServerProcess.StartOurs();
        Random random = new(seed);
        Modelled[] clients = [.. Enumerable.Range(0, Clients).Select(_ => new Modelled(server))];
        Dictionary<string, HashSet<Modelled>> table = [];
        for (int step = 0; step < Steps; step++)
        {
            int number = random.Next(Clients);
            if (random.Next(60) == 0)
            {
                clients[number].Dispose();
                foreach (HashSet<Modelled> readers in table.Values) readers.Remove(clients[number]);
                clients[number] = new Modelled(server);
            }

            string what = Act(random, clients[number], clients, table);
            for (int i = 0; i < Clients; i++)
            {
                string expected = string.Join(' ', clients[i].Expected.Order(StringComparer.Ordinal));
                clients[i].Expected.Clear();
                string told = clients[i].Listener.Told();
                string where = $"seed {seed}, step {step}: client {number} {what}";
                Assert.True(told == expected, $"{where}; client {i} was told '{told}', not '{expected}'");
            }
        }

        foreach (Modelled client in clients) client.Dispose();
    }

    private static string Act(Random random, Modelled client, Modelled[] all, Dictionary<string, HashSet<Modelled>> table)
    {
        string key = Keys[random.Next(Keys.Length)], other = Keys[random.Next(Keys.Length)];
        switch (random.Next(10))
        {
            case 0:
                return client.Change(random, Prefixes);
            case 2 when random.Next(8) == 0:
                client.Listener.Call("FLUSHALL");
                foreach (Modelled one in all.Where(one => one.Tracks)) one.Expected.Add(Listener.Everything);
                table.Clear();
                return "FLUSHALL";
            case < 6:
                bool gives = random.Next(2) == 0, valid = client.OptIn || client.OptOut;
                if (gives) Assert.Equal(!valid, client.Listener.Call("CLIENT", "CACHING", client.OptOut ? "NO" : "YES").IsError);
                client.Caching = gives && valid;
                client.Listener.Call("MGET", key, other);
                foreach (string read in (string[])[key, other])
                {
                    if (client.Remembers) (table.TryGetValue(read, out HashSet<Modelled>? known) ? known : table[read] = []).Add(client);
                }

                client.Caching = false;
                return $"MGET '{key}' '{other}' {gives}";
            case < 8:
                client.Listener.Call("MSET", key, "1", other, "2");
                Change(client, all, table, key, other);
                return $"MSET '{key}' '{other}'";
            default:
                client.Listener.Call("MULTI");
                client.Listener.Call("INCRBY", key, "1");
                client.Listener.Call("SET", other, "1");
                client.Listener.Call("EXEC");
                Change(client, all, table, key, other);
                return $"EXEC '{key}' '{other}'";
        }
    }

    private static void Change(Modelled writer, Modelled[] all, Dictionary<string, HashSet<Modelled>> table, params string[] keys)
    {
        foreach (string key in keys)
        {
            if (!table.Remove(key, out HashSet<Modelled>? readers)) continue;
            foreach (Modelled reader in readers.Where(reader => reader.Tracks && !reader.Broadcast && !(reader.NoLoop && reader == writer)))
            {
                reader.Expected.Add(key);
            }
        }

        foreach (Modelled client in all.Where(client => client.Broadcast && !(client.NoLoop && client == writer)))
        {
            foreach (string prefix in client.Prefixes)
            {
                client.Expected.AddRange(keys.Distinct().Where(key => key.StartsWith(prefix, StringComparison.Ordinal)));
            }
        }
    }

    /// <summary>A client and what the model knows of it.</summary>
    private sealed class Modelled(ServerProcess server) : IDisposable
    {
        public Listener Listener { get; } = new(server);

        public List<string> Expected { get; } = [];

        public List<string> Prefixes { get; } = [];

        public bool Tracks { get; private set; }

        public bool Broadcast { get; private set; }

        public bool NoLoop { get; private set; }

        public bool OptIn { get; private set; }

        public bool OptOut { get; private set; }

        public bool Caching { get; set; }

        public bool Remembers => Tracks && !Broadcast && !(OptIn && !Caching) && !(OptOut && Caching);

        public string Change(Random random, string[] prefixes)
        {
            Assert.Equal("OK", Listener.Call("CLIENT", "TRACKING", "OFF").Text);
            Tracks = Broadcast = NoLoop = OptIn = OptOut = Caching = false;
            Prefixes.Clear();
            if (random.Next(4) == 0) return "TRACKING OFF";
            Tracks = true;
            List<object> command = ["CLIENT", "TRACKING", "ON"];
            if (NoLoop = random.Next(3) == 0) command.Add("NOLOOP");
            int mode = random.Next(4);
            if (OptIn = mode == 0) command.Add("OPTIN");
            if (OptOut = mode == 1) command.Add("OPTOUT");
            if (Broadcast = mode == 2) command.Add("BCAST");
            if (Broadcast)
            {
                string prefix = prefixes[random.Next(prefixes.Length)];
                Prefixes.Add(prefix);
                command.AddRange(["PREFIX", prefix]);
            }

            Assert.Equal("OK", Listener.Call([.. command]).Text);
            return string.Join(' ', command);
        }

        public void Dispose() => Listener.Dispose();
    }
}
