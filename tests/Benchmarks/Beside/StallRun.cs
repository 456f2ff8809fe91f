using System.Diagnostics;
using System.Globalization;

namespace ModularKv.Benchmarks.Beside;

/// <summary>
/// Looks for pauses: the longest gap that a client sees which asks for PONG every millisecond, and the longest iteration of the loop where
/// the server tells it, while a large collection grows, is converted, and goes.
/// </summary>
public sealed class StallRun(BesideOptions options)
{
    private const int Million = 1_000_000;
    private const int Batch = 100;

    // The first use of code waits for its compiler once in a server's life; that is not what a growing collection costs.
    private const int WarmElements = 5_000;

    private static readonly (string Name, string Command, Func<int, string[]> Element)[] Types =
    [
        ("hash", "HSET", i => [$"field:{i:d8}", $"value:{i:d8}"]),
        ("set", "SADD", i => [$"member:{i:d9}"]),
        ("zset", "ZADD", i => [((uint)i * 2654435761u % Million).ToString(CultureInfo.InvariantCulture), $"member:{i:d9}"]),
        ("list", "RPUSH", i => [$"element:{i:d8}"]),
        ("stream", "XADD", i => ["*", "field", $"value:{i:d8}"]),
    ];

    /// <summary>Runs and prints. Rows: hash, set, zset, list, stream, intset.</summary>
    public void Run(IReadOnlyList<BesideServer> servers)
    {
        foreach (BesideServer server in servers)
        {
            using LoadConnection connection = new(server.Port);
            connection.Call("CONFIG", "SET", "lazyfree-lazy-user-del", "yes");
            foreach ((string name, string command, Func<int, string[]> element) in Types)
            {
                if (options.Tests.Length > 0 && !options.Tests.Contains(name)) continue;
                connection.Fill(Filled(name, command, element, WarmElements));
                connection.Call("DEL", name);
                string[][] fill = [.. Filled(name, command, element, Count)];
                Phase(server, name, "grows", () => connection.Fill(fill));
                Phase(server, name, "UNLINK", () => connection.Call("UNLINK", name));
                connection.Fill(fill);
                Phase(server, name, "DEL", () => connection.Call("DEL", name));
            }

            if (options.Tests.Length == 0 || options.Tests.Contains("intset")) Convert(server, connection);
        }
    }

    private void Convert(BesideServer server, LoadConnection connection)
    {
        connection.Call("CONFIG", "SET", "set-max-intset-entries", Million.ToString(CultureInfo.InvariantCulture));
        connection.Fill(Filled("intset", "SADD", i => [i.ToString(CultureInfo.InvariantCulture)], Count));
        Phase(server, "intset", "converted", () => connection.Call("SADD", "intset", "no number"));
        Phase(server, "intset", "UNLINK", () => connection.Call("UNLINK", "intset"));
        connection.Call("CONFIG", "SET", "set-max-intset-entries", "512");
    }

    private int Count => Math.Max(1, (int)(Million * options.Scale));

    private static IEnumerable<string[]> Filled(string key, string command, Func<int, string[]> element, int count)
    {
        int batch = command == "XADD" ? 1 : Batch;
        return Enumerable.Range(0, count).Chunk(batch).Select(some => (string[])[command, key, .. some.SelectMany(element)]);
    }

    private static void Phase(BesideServer server, string type, string what, Action act)
    {
        using LoadConnection admin = new(server.Port);
        admin.Call("INFO", "stats");
        admin.Call("CONFIG", "RESETSTAT");
        using PauseProbe probe = new(server.Port);
        act();
        Thread.Sleep(300); // what is freed by pieces goes on for a while
        double gapMs = probe.Stop();
        string told = string.Join(' ', admin.Call("INFO", "stats").Split("\r\n").Where(line
            => line.StartsWith("longest_loop", StringComparison.Ordinal)).Select(line => line["longest_loop_".Length..]));
        Console.WriteLine(FormattableString.Invariant($"{type,-8} {what,-10} {server.Name,-16} longest gap={gapMs,8:F2} ms  {told}"));
    }

    /// <summary>Asks for PONG every millisecond.</summary>
    private sealed class PauseProbe : IDisposable
    {
        private readonly LoadConnection _connection;
        private readonly Thread _thread;
        private volatile bool _stops;
        private double _longestMs;

        public PauseProbe(int port)
        {
            _connection = new LoadConnection(port);
            _thread = new Thread(Run) { Priority = ThreadPriority.Highest };
            _thread.Start();
        }

        public double Stop()
        {
            _stops = true;
            _thread.Join();
            return _longestMs;
        }

        public void Dispose()
        {
            Stop();
            _connection.Dispose();
        }

        private void Run()
        {
            byte[] ping = RequestTemplate.Encode("PING");
            while (!_stops)
            {
                long since = Stopwatch.GetTimestamp();
                _connection.Send(ping, 1);
                _connection.Wait();
                _longestMs = Math.Max(_longestMs, Stopwatch.GetElapsedTime(since).TotalMilliseconds);
                Thread.Sleep(1);
            }
        }
    }
}
