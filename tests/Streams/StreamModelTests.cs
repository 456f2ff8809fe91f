using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Tests;

/// <summary>Random operations on a stream beside a sorted list, with nodes of many sizes.</summary>
public sealed class StreamModelTests(ITestOutputHelper output)
{
    private const int Steps = 6_000;

    [Theory]
    [InlineData(4096, 100)]
    [InlineData(4096, 3)]
    [InlineData(200, 0)]
    [InlineData(0, 300)]
    public void Agrees_with_a_sorted_list(long bytesMax, long entriesMax)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        using StreamBench bench = new();
        new Model(bench, seed, new NodeLimits(bytesMax, entriesMax)).Run();
        bench.VerifyNoLeaks();
    }

    private sealed class Model(StreamBench bench, int seed, NodeLimits limits)
    {
        private readonly Random _random = new(seed);
        private readonly SortedList<StreamId, string> _expected = [];
        private StreamId _last;

        public void Run()
        {
            using PinnedKey key = StreamBench.Key("s");
            bench.Type.Create(bench.Keys, key.Key);
            for (int i = 0; i < Steps; i++)
            {
                StreamValue stream = bench.Type.Of(bench.Keys.FindForWrite(key.Key));
                Step(stream);
                Assert.Equal(_expected.Count, stream.Length);
                Assert.Equal(_expected.Count == 0 ? StreamId.Zero : _expected.Keys[0], stream.FirstId);
                Assert.Equal(_last, stream.LastId);
                if (i % 500 == 0) Rebuild();
            }
        }

        private void Step(StreamValue stream)
        {
            switch (_random.Next(100))
            {
                case < 60:
                    Add(stream);
                    break;
                case < 75:
                    Delete(stream);
                    break;
                case < 78:
                    Trim(stream);
                    break;
                default:
                    Compare(stream);
                    break;
            }
        }

        private void Add(StreamValue stream)
        {
            _last = _random.Next(3) == 0
                ? new StreamId(_last.Ms + (ulong)_random.Next(1, 5), (ulong)_random.Next(1000)) : new StreamId(_last.Ms, _last.Seq + 1);
            List<string> fields = [];
            int pairs = _random.Next(4) == 0 ? _random.Next(1, 5) : 2;
            for (int i = 0; i < pairs; i++)
            {
                fields.Add(_random.Next(5) == 0 ? "other" + _random.Next(3) : "field" + i);
                fields.Add(_random.Next(10) switch
                {
                    < 4 => _random.Next(-5000, 100_000).ToString(),
                    < 9 => "value" + _random.Next(),
                    _ => new string('x', _random.Next(5000)),
                });
            }

            bench.Append(stream, _last, fields, limits);
            _expected.Add(_last, string.Join('|', fields));
        }

        private void Delete(StreamValue stream)
        {
            StreamId id = Any();
            bool isFirst = id == stream.FirstId;
            bool deleted = stream.Delete(id);
            Assert.Equal(_expected.Remove(id), deleted);
            if (deleted) stream.Deleted(id, isFirst);
        }

        private void Trim(StreamValue stream)
        {
            bool byLength = _random.Next(2) == 0, isApproximate = _random.Next(2) == 0;
            long length = _random.Next(_expected.Count + 1);
            StreamId id = Any();
            long limit = isApproximate && _random.Next(2) == 0 ? _random.Next(200) : 0;
            long removed = stream.Trim(new TrimRule(byLength, length, id, isApproximate, limit));
            long wanted = byLength ? _expected.Count - length : _expected.Keys.Count(key => key < id);
            if (isApproximate) Assert.InRange(removed, 0, wanted);
            else Assert.Equal(wanted, removed);
            for (; removed > 0; removed--) _expected.RemoveAt(0);
        }

        private void Compare(StreamValue stream)
        {
            StreamId from = Any(), to = Any();
            if (_random.Next(4) == 0) (from, to) = (StreamId.Zero, StreamId.Max);
            bool isReverse = _random.Next(2) == 0;
            IEnumerable<(StreamId Id, string Fields)> expected = _expected.Where(entry => entry.Key >= from && entry.Key <= to)
                .Select(entry => (entry.Key, (entry.Key.Ms + entry.Key.Seq) % 3 == 0 ? "" : entry.Value));
            if (isReverse) expected = expected.Reverse();
            Assert.Equal(expected, StreamBench.Read(stream, from, to, isReverse));
            Assert.Equal(_expected.ContainsKey(from), stream.Contains(from));
        }

        // Saved and loaded, copied, moved: the same data, the same bytes.
        private void Rebuild()
        {
            byte[] saved = bench.Save("s");
            bench.Load(saved, "loaded");
            using PinnedKey source = StreamBench.Key("s"), loaded = StreamBench.Key("loaded"), copy = StreamBench.Key("copy");
            Assert.True(bench.Keys.Copy(source.Key, bench.Keys, copy.Key));
            ulong position = 0;
            while (!bench.Type.Defragment(bench.Keys.FindForWrite(copy.Key), ref position, 3))
            {
                // Until all was looked at.
            }

            Assert.Equal(saved, bench.Save("loaded"));
            Assert.Equal(saved, bench.Save("copy"));
            bench.Keys.Delete(loaded.Key, lazy: true);
            bench.Keys.Delete(copy.Key);
        }

        private StreamId Any() => _expected.Count > 0 && _random.Next(5) > 0
            ? _expected.Keys[_random.Next(_expected.Count)]
            : new StreamId((ulong)_random.NextInt64((long)_last.Ms + 2), (ulong)_random.Next(20));
    }
}
