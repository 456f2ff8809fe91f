using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Hashes.Encodings;

namespace ModularKv.Hashes.Tests;

/// <summary>Random operations on hashes beside dictionaries, for every form and through every conversion.</summary>
public sealed class HashModelTests(ITestOutputHelper output)
{
    private const int Steps = 20_000;
    private const int Names = 6;

    [Theory]
    [InlineData(512, 64, 60)]
    [InlineData(512, 64, 1000)]
    [InlineData(8, 64, 20)]
    [InlineData(0, 64, 400)]
    [InlineData(1000, 0, 40)]
    public void Agrees_with_a_dictionary(long entries, long valueBytes, int fields)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        using HashBench bench = new(entries, valueBytes);
        Model model = new(bench, seed, fields);
        for (int i = 0; i < Steps; i++) model.Step();
        model.CompareAll();
        bench.VerifyNoLeaks();
    }

    private sealed class Model
    {
        private readonly HashBench _bench;
        private readonly Random _random;
        private readonly int _fields;
        private readonly Dictionary<string, Dictionary<string, (string Value, long ExpireAtMs)>> _expected = [];

        public Model(HashBench bench, int seed, int fields)
        {
            _bench = bench;
            _random = new Random(seed);
            _fields = fields;
        }

        public void Step()
        {
            string name = "hash" + _random.Next(Names);
            using PinnedKey key = HashBench.Key(name);
            Entry entry = _bench.Keys.FindForWrite(key.Key);
            bool exists = _expected.TryGetValue(name, out Dictionary<string, (string Value, long ExpireAtMs)>? fields);
            Assert.Equal(exists, !entry.IsMissing);
            if (fields == null)
            {
                _expected[name] = fields = [];
                entry = _bench.Type.Writer.Create(_bench.Keys, key.Key);
            }

            switch (_random.Next(100))
            {
                case < 45: Set(ref entry, fields); break;
                case < 60: Remove(ref entry, fields); break;
                case < 75: SetExpiry(ref entry, fields); break;
                case < 80: RemoveExpired(ref entry, fields); break;
                case < 90: Find(entry, fields); break;
                case < 92: Compare(name, fields); break;
                case < 94: SaveAndLoad(entry, name, fields); break;
                case < 95: Defragment(entry); break;
                case < 97: Copy(key.Key, fields); break;
                case < 98: Delete(key.Key, name); return;
                default: Rebuild(entry, fields); break;
            }

            entry = _bench.Keys.Find(key.Key);
            Assert.Equal(fields.Count, HashReader.Count(entry));
            Assert.Equal(Next(fields), HashReader.NextExpiry(entry));
            if (fields.Count > 0) return;
            _bench.Keys.Delete(key.Key);
            _expected.Remove(name);
        }

        public void CompareAll()
        {
            foreach ((string name, Dictionary<string, (string, long)> fields) in _expected) Compare(name, fields);
        }

        private static long Next(Dictionary<string, (string Value, long ExpireAtMs)> fields)
            => fields.Values.Select(value => value.ExpireAtMs).Where(time => time != 0).DefaultIfEmpty(0).Min();

        private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

        private string Field() => _random.Next(3) == 0 ? _random.Next(_fields).ToString() : "field " + _random.Next(_fields);

        private string Value() => _random.Next(20) switch
        {
            0 => new string('v', _random.Next(200)),
            1 => new string('w', _random.Next(5000)),
            < 8 => _random.Next(-100_000, 100_000).ToString(),
            _ => "value " + _random.Next(1000),
        };

        private long Time() => HashBench.NowMs + _random.Next(-1000, 1000);

        private void Set(ref Entry entry, Dictionary<string, (string Value, long ExpireAtMs)> fields)
        {
            string field = Field(), value = Value();
            bool keeps = _random.Next(4) == 0;
            bool added = _bench.Type.Writer.Set(_bench.Keys, ref entry, Bytes(field), Bytes(value), keeps);
            Assert.Equal(!fields.TryGetValue(field, out (string Value, long ExpireAtMs) old), added);
            fields[field] = (value, keeps ? old.ExpireAtMs : 0);
        }

        private void Remove(ref Entry entry, Dictionary<string, (string Value, long ExpireAtMs)> fields)
        {
            string field = Field();
            Assert.Equal(fields.Remove(field), _bench.Type.Writer.Remove(_bench.Keys, ref entry, Bytes(field)));
        }

        private void SetExpiry(ref Entry entry, Dictionary<string, (string Value, long ExpireAtMs)> fields)
        {
            if (fields.Count == 0) return;
            string field = fields.Keys.ElementAt(_random.Next(fields.Count));
            long time = _random.Next(4) == 0 ? 0 : Time();
            _bench.Type.Writer.SetExpiry(_bench.Keys, ref entry, Bytes(field), time);
            fields[field] = (fields[field].Value, time);
        }

        private void RemoveExpired(ref Entry entry, Dictionary<string, (string Value, long ExpireAtMs)> fields)
        {
            long now = Time();
            int most = _random.Next(1, 20);
            List<long> times = [.. fields.Values.Select(value => value.ExpireAtMs).Where(time => time != 0 && time < now).Order()];
            Assert.Equal(times.Count, HashReader.CountExpired(entry, now));
            Collector gone = new();
            Assert.Equal(Math.Min(most, times.Count), _bench.Type.Writer.RemoveExpired(_bench.Keys, ref entry, now, most, gone));
            Assert.Equal(times.Take(most), gone.Fields.Select(field => fields[field].ExpireAtMs));
            foreach (string field in gone.Fields) fields.Remove(field);
        }

        private void Find(Entry entry, Dictionary<string, (string Value, long ExpireAtMs)> fields)
        {
            string name = Field();
            HashField found = HashReader.Find(entry, Bytes(name));
            Assert.Equal(fields.TryGetValue(name, out (string Value, long ExpireAtMs) value), !found.IsMissing);
            if (found.IsMissing) return;
            Assert.Equal(value.Value, Encoding.Latin1.GetString(found.Text(new byte[NumberText.IntegerBytesMax])));
            Assert.Equal(value.Value.Length, found.Length);
            Assert.Equal(value.ExpireAtMs, found.ExpireAtMs);
        }

        private void Compare(string name, Dictionary<string, (string Value, long ExpireAtMs)> fields)
        {
            IEnumerable<(string, string, long)> expected = fields.Select(field => (field.Key, field.Value.Value, field.Value.ExpireAtMs));
            Assert.Equal(expected.Order(), _bench.Read(name).Order());
        }

        private void SaveAndLoad(Entry entry, string name, Dictionary<string, (string Value, long ExpireAtMs)> fields)
        {
            using ItemWriter items = new();
            ulong position = 0;
            bool done;
            do
            {
                items.BeginValue();
                done = _bench.Type.Save(entry, items, ref position);
            }
            while (!done);
            if (fields.Count == 0) return;
            string digest = _bench.Digest(name);
            ItemReader reader = new();
            reader.Open(items.Content);
            using PinnedKey key = HashBench.Key("loaded");
            _bench.Type.Load(reader, reader.TryRdbType(), _bench.Keys, key.Key);
            Assert.True(reader.AtEnd);
            Compare("loaded", fields);
            Assert.Equal(digest, _bench.Digest("loaded"));
            _bench.Keys.Delete(key.Key);
        }

        private void Defragment(Entry entry)
        {
            ulong position = 0;
            for (int i = 0; i < 10_000; i++)
            {
                if (_bench.Type.Defragment(entry, ref position, 16)) return;
            }

            Assert.Fail("defragmentation does not end");
        }

        private void Copy(scoped in KeyRef from, Dictionary<string, (string Value, long ExpireAtMs)> fields)
        {
            string name = "hash" + _random.Next(Names);
            using PinnedKey to = HashBench.Key(name);
            if (from.Bytes.SequenceEqual(to.Key.Bytes) || fields.Count == 0) return;
            Assert.True(_bench.Keys.Copy(from, _bench.Keys, to.Key));
            _expected[name] = new(fields);
        }

        private void Delete(scoped in KeyRef key, string name)
        {
            _bench.Keys.Delete(key, lazy: _random.Next(2) == 0);
            if (_random.Next(2) == 0) _bench.State.LazyFree.Step(3);
            _expected.Remove(name);
        }

        /// <summary>The commands of an append-only file build the same hash again.</summary>
        private void Rebuild(Entry entry, Dictionary<string, (string Value, long ExpireAtMs)> fields)
        {
            CommandLog log = new();
            _bench.Type.Rewrite(entry, log);
            Dictionary<string, (string Value, long ExpireAtMs)> built = [];
            foreach (List<string> command in log.Commands)
            {
                Assert.Equal(Encoding.Latin1.GetString(entry.Key), command[1]);
                if (command[0] == "HPEXPIREAT") built[command[5]] = (built[command[5]].Value, long.Parse(command[2]));
                else for (int i = 2; i < command.Count; i += 2) built.Add(command[i], (command[i + 1], 0));
            }

            Assert.Equal(fields.OrderBy(field => field.Key), built.OrderBy(field => field.Key));
        }
    }

    private sealed class Collector : IElementVisitor
    {
        public List<string> Fields { get; } = [];

        public bool Visit(ReadOnlySpan<byte> element)
        {
            Fields.Add(Encoding.Latin1.GetString(element));
            return true;
        }
    }

    private sealed class CommandLog : ICommandSink
    {
        public List<List<string>> Commands { get; } = [];

        public void Begin(int arguments) => Commands.Add(new List<string>(arguments));

        public void Argument(ReadOnlySpan<byte> bytes) => Commands[^1].Add(Encoding.Latin1.GetString(bytes));
    }
}
