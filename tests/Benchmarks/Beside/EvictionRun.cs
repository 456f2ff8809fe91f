using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModularKv.Benchmarks.Beside;

/// <summary>
/// How often a cache has what it is asked for: GET, and SET where it had nothing, of keys that are asked for by Zipf's law. The servers
/// take turns within one run, so that their clocks see the same. Once with the same maxmemory, once with room for the same number of keys.
/// </summary>
public sealed class EvictionRun(BesideOptions options)
{
    private const int Requests = 3_000_000;
    private const int AtOnce = 500;
    private const double Exponent = 0.99;
    private const string MemoryOfRedis = "8mb";
    private const int Seed = 4711;
    private static readonly string[] Policies = ["allkeys-lru", "allkeys-lfu"];

    /// <summary>Runs and prints. The first server is the one whose capacity the others get.</summary>
    public void Run(IReadOnlyList<BesideServer> servers)
    {
        double[] sums = SumsOf(options.Keys / 4);
        foreach (string policy in Policies)
        {
            foreach (bool sameCapacity in (bool[])[false, true])
            {
                Cache[] caches = [.. servers.Select(server => new Cache(server))];
                Prepare(caches, policy, sameCapacity);
                Random random = new(Seed);
                int[] wanted = new int[AtOnce];
                for (int done = 0; done < Requests * options.Scale; done += AtOnce)
                {
                    for (int i = 0; i < AtOnce; i++) wanted[i] = Draw(sums, random);
                    foreach (Cache cache in caches) cache.Ask(wanted);
                }

                foreach (Cache cache in caches) Print(policy, sameCapacity, cache, caches[0]);
                foreach (Cache cache in caches) cache.Dispose();
            }
        }
    }

    private static void Prepare(Cache[] caches, string policy, bool sameCapacity)
    {
        foreach (Cache cache in caches) cache.Limit(MemoryOfRedis, policy);
        if (!sameCapacity) return;
        int capacity = caches[0].FillUp();
        foreach (Cache cache in caches.Skip(1)) cache.LimitTo(capacity, policy);
        caches[0].Limit(MemoryOfRedis, policy);
    }

    private static void Print(string policy, bool sameCapacity, Cache cache, Cache first)
    {
        string same = sameCapacity ? "same capacity" : "same maxmemory";
        Console.WriteLine(FormattableString.Invariant($"{policy,-12} {same,-15} {cache.Name,-12} hits={cache.Ratio:P3}  ")
            + FormattableString.Invariant($"keys={cache.Count()}  against {first.Name}={cache.Ratio / first.Ratio:F4}"));
    }

    private static double[] SumsOf(int keys)
    {
        double[] sums = new double[keys];
        double sum = 0;
        for (int i = 0; i < keys; i++) sums[i] = sum += 1 / Math.Pow(i + 1, Exponent);
        return sums;
    }

    private static int Draw(double[] sums, Random random)
    {
        int place = Array.BinarySearch(sums, random.NextDouble() * sums[^1]);
        return place < 0 ? ~place : place;
    }

    /// <summary>One server used as a cache.</summary>
    private sealed class Cache : IDisposable
    {
        private const int ValueBytes = 100;
        private static readonly string Value = new('v', ValueBytes);
        private readonly LoadConnection _control;
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] _received = new byte[64 * 1024];
        private int _at;
        private int _end;
        private long _asked;
        private long _hits;

        public Cache(BesideServer server)
        {
            Name = server.Name;
            _control = new LoadConnection(server.Port);
            _socket.Connect(IPAddress.Loopback, server.Port);
        }

        public string Name { get; }

        public double Ratio => (double)_hits / _asked;

        public void Limit(string bytes, string policy)
        {
            _control.Call("CONFIG", "SET", "maxmemory", "0");
            _control.Call("FLUSHALL");
            _control.Call("CONFIG", "SET", "maxmemory", bytes, "maxmemory-policy", policy);
        }

        /// <summary>Sets until keys are evicted, and says how many there are.</summary>
        public int FillUp()
        {
            int before = -1;
            for (int i = 0; Count() > before; i += AtOnce)
            {
                before = Count();
                _control.Fill(Enumerable.Range(i, AtOnce).Select(key => (string[])["SET", KeyOf(key), Value]));
            }

            return Count();
        }

        /// <summary>Gives it room for so many keys, by trial.</summary>
        public void LimitTo(int keys, string policy)
        {
            const int Trials = 4;
            const double BytesPerKey = 140;
            double bytes = keys * BytesPerKey;
            for (int i = 0; i < Trials; i++)
            {
                Limit(((long)bytes).ToString(CultureInfo.InvariantCulture), policy);
                bytes += (keys - FillUp()) * BytesPerKey;
            }

            Limit(((long)bytes).ToString(CultureInfo.InvariantCulture), policy);
        }

        public int Count() => int.Parse(_control.Call("DBSIZE").Trim().TrimStart(':'), CultureInfo.InvariantCulture);

        /// <summary>Asks for keys, and stores those that it had not.</summary>
        public void Ask(int[] keys)
        {
            Send(string.Concat(keys.Select(key => $"*2\r\n$3\r\nGET\r\n$10\r\n{KeyOf(key)}\r\n")));
            StringBuilder stores = new();
            int stored = 0;
            foreach (int key in keys)
            {
                _asked++;
                if (ReadBulk())
                {
                    _hits++;
                    continue;
                }

                stores.Append(CultureInfo.InvariantCulture, $"*3\r\n$3\r\nSET\r\n$10\r\n{KeyOf(key)}\r\n${ValueBytes}\r\n{Value}\r\n");
                stored++;
            }

            Send(stores.ToString());
            for (; stored > 0; stored--) ReadLine();
        }

        public void Dispose()
        {
            _control.Dispose();
            _socket.Dispose();
        }

        private static string KeyOf(int key) => key.ToString("d10", CultureInfo.InvariantCulture);

        private void Send(string requests)
        {
            ReadOnlySpan<byte> bytes = Encoding.ASCII.GetBytes(requests);
            while (!bytes.IsEmpty) bytes = bytes[_socket.Send(bytes)..];
        }

        private bool ReadBulk()
        {
            string line = ReadLine();
            if (line == "$-1") return false;
            ReadLine();
            return true;
        }

        private string ReadLine()
        {
            while (true)
            {
                int end = _received.AsSpan(_at, _end - _at).IndexOf((byte)'\n');
                if (end > 0)
                {
                    string line = Encoding.ASCII.GetString(_received, _at, end - 1);
                    _at += end + 1;
                    if (line.StartsWith('-')) throw new InvalidOperationException($"{Name}: {line}");
                    return line;
                }

                _received.AsSpan(_at, _end - _at).CopyTo(_received);
                _end -= _at;
                _at = 0;
                int received = _socket.Receive(_received.AsSpan(_end));
                if (received == 0) throw new InvalidOperationException("the server closed the connection");
                _end += received;
            }
        }
    }
}
