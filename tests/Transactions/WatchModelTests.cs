using ModularKv.TestKit;

namespace ModularKv.Transactions.Tests;

/// <summary>Clients that watch, write and run transactions at random, against a model of what each EXEC must answer.</summary>
public sealed class WatchModelTests
{
    private const int Clients = 6;
    private const int Keys = 5;
    private const int Databases = 2;
    private const int Steps = 6000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Exec_fails_when_and_only_when_a_watched_key_changed(int seed)
    {
        using ServerProcess server = ServerProcess.StartOurs();
        Random random = new(seed);
        Player[] players = [.. Enumerable.Range(0, Clients).Select(_ => new Player(server.Connect()))];
        HashSet<(int Database, int Key)> present = [];
        for (int step = 0; step < Steps; step++)
        {
            Player player = players[random.Next(Clients)];
            int key = random.Next(Keys);
            string context = $"seed {seed}, step {step}";
            switch (random.Next(12))
            {
                case 0 or 1 or 2: player.Watch(key); break;
                case 3: player.Unwatch(); break;
                case 4: player.Select(random.Next(Databases)); break;
                case 5 or 6: Change(players, player, key, present); break;
                case 7: Delete(players, player, key, present); break;
                case 8: Flush(players, player, present); break;
                case 9: player.Multi(); break;
                default: Finish(players, player, present, context); break;
            }
        }

        foreach (Player player in players) player.Dispose();
    }

    private static void Change(Player[] players, Player player, int key, HashSet<(int, int)> present)
    {
        Assert.Equal("OK", player.Client.Call("SET", $"k{key}", "v").Text.Replace("QUEUED", "OK", StringComparison.Ordinal));
        if (player.Queued is { } queued)
        {
            queued.Add((player.Database, key));
            return;
        }

        present.Add((player.Database, key));
        Touch(players, player.Database, key);
    }

    private static void Delete(Player[] players, Player player, int key, HashSet<(int, int)> present)
    {
        if (player.Queued is not null) return;
        bool existed = present.Remove((player.Database, key));
        Assert.Equal(existed ? 1 : 0, player.Client.Call("DEL", $"k{key}").Integer);
        if (existed) Touch(players, player.Database, key);
    }

    private static void Flush(Player[] players, Player player, HashSet<(int Database, int Key)> present)
    {
        if (player.Queued is not null) return;
        Assert.Equal("OK", player.Client.Call("FLUSHDB").Text);
        foreach ((int database, int key) in present.Where(one => one.Database == player.Database).ToArray())
        {
            present.Remove((database, key));
            Touch(players, database, key);
        }
    }

    private static void Finish(Player[] players, Player player, HashSet<(int, int)> present, string context)
    {
        if (player.Queued is not { } queued)
        {
            Assert.True(player.Client.Call("EXEC").IsError, context);
            return;
        }

        Reply reply = player.Client.Call("EXEC");
        Assert.True(reply.IsNull == player.IsDirty, $"{context}: {reply}, dirty {player.IsDirty}");
        bool ran = !player.IsDirty;
        player.End();
        if (!ran) return;
        Assert.Equal(queued.Count, reply.Items.Count);
        foreach ((int database, int key) in queued) Touch(players, database, key);
        present.UnionWith(queued);
    }

    private static void Touch(Player[] players, int database, int key)
    {
        foreach (Player player in players)
        {
            if (player.Watched.Contains((database, key))) player.IsDirty = true;
        }
    }

    /// <summary>A client and what the model knows of it.</summary>
    private sealed class Player(RespClient client) : IDisposable
    {
        public RespClient Client { get; } = client;

        public HashSet<(int Database, int Key)> Watched { get; } = [];

        public List<(int Database, int Key)>? Queued { get; private set; }

        public int Database { get; private set; }

        public bool IsDirty { get; set; }

        public void Watch(int key)
        {
            Reply reply = Client.Call("WATCH", $"k{key}");
            Assert.Equal(Queued is not null, reply.IsError);
            if (Queued is null) Watched.Add((Database, key));
        }

        public void Unwatch()
        {
            if (Queued is not null) return;
            Client.Call("UNWATCH");
            Watched.Clear();
            IsDirty = false;
        }

        public void Select(int database)
        {
            if (Queued is not null) return;
            Client.Call("SELECT", database);
            Database = database;
        }

        public void Multi()
        {
            Assert.Equal(Queued is not null, Client.Call("MULTI").IsError);
            Queued ??= [];
        }

        public void End()
        {
            Queued = null;
            Watched.Clear();
            IsDirty = false;
        }

        public void Dispose() => Client.Dispose();
    }
}
