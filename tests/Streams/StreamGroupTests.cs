using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Tests;

/// <summary>Groups, consumers and pending entries beside dictionaries.</summary>
public sealed class StreamGroupTests(ITestOutputHelper output)
{
    private const int Steps = 20_000;
    private const int Consumers = 30;
    private const int Ids = 3000;

    [Fact]
    public void Agrees_with_dictionaries()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using StreamBench bench = new();
        using PinnedKey key = StreamBench.Key("s");
        bench.Type.Create(bench.Keys, key.Key);
        foreach (string name in (string[])["zeta", "alpha", "", "mid"])
            Assert.True(bench.Type.Of(bench.Keys.Find(key.Key)).Groups.TryAdd(Encoding.Latin1.GetBytes(name), StreamId.Zero, -1, out _));
        Dictionary<StreamId, (string Consumer, long Time, long Count)> pending = [];
        HashSet<string> consumers = [];
        for (int i = 0; i < Steps; i++)
        {
            StreamGroup group = bench.Type.Of(bench.Keys.Find(key.Key)).Groups.Find("alpha"u8);
            var id = new StreamId((ulong)random.Next(Ids), (ulong)random.Next(2));
            string name = "consumer" + random.Next(Consumers);
            byte[] bytes = Encoding.Latin1.GetBytes(name);
            switch (random.Next(100))
            {
                case < 60:
                    StreamConsumer consumer = group.FindConsumer(bytes);
                    Assert.Equal(!consumers.Add(name), !consumer.IsMissing);
                    if (consumer.IsMissing) consumer = group.AddConsumer(bench.Memory, bytes, i);
                    Assert.Equal(!pending.ContainsKey(id), group.Give(bench.Memory, consumer, id, i, 2));
                    pending[id] = (name, i, 2);
                    break;
                case < 98:
                    Assert.Equal(pending.Remove(id), group.Acknowledge(bench.Memory, id));
                    break;
                default:
                    StreamConsumer gone = group.FindConsumer(bytes);
                    Assert.Equal(consumers.Remove(name), !gone.IsMissing);
                    if (gone.IsMissing) break;
                    group.RemoveConsumer(bench.Memory, gone);
                    foreach (StreamId lost in pending.Where(entry => entry.Value.Consumer == name).Select(entry => entry.Key).ToList())
                        pending.Remove(lost);
                    break;
            }

            if (i % 4000 == 0) Compare(bench, pending, consumers);
        }

        Compare(bench, pending, consumers);
        bench.VerifyNoLeaks();
    }

    private static void Compare(
        StreamBench bench, Dictionary<StreamId, (string Consumer, long Time, long Count)> pending, HashSet<string> consumers)
    {
        byte[] saved = bench.Save("s");
        bench.Load(saved, "loaded");
        using PinnedKey source = StreamBench.Key("s"), loaded = StreamBench.Key("loaded"), copy = StreamBench.Key("copy");
        Assert.True(bench.Keys.Copy(source.Key, bench.Keys, copy.Key));
        Assert.Equal(saved, bench.Save("copy"));
        foreach (string name in (string[])["s", "loaded", "copy"])
        {
            using PinnedKey key = StreamBench.Key(name);
            GroupTable groups = bench.Type.Of(bench.Keys.Find(key.Key)).Groups;
            Assert.Equal(4, groups.Count);
            for (int i = 1; i < groups.Count; i++) Assert.True(groups[i - 1].Name.SequenceCompareTo(groups[i].Name) < 0);
            Compare(groups.Find("alpha"u8), pending, consumers);
        }

        bench.Keys.Delete(loaded.Key, lazy: true);
        bench.Keys.Delete(copy.Key);
    }

    private static void Compare(
        StreamGroup group, Dictionary<StreamId, (string Consumer, long Time, long Count)> pending, HashSet<string> consumers)
    {
        Assert.Equal(pending.Count, group.Pending.Count);
        Assert.Equal(consumers.Count, group.ConsumerCount);
        long ofConsumers = 0;
        for (int i = 0; i < group.ConsumerCount; i++) ofConsumers += group.ConsumerAt(i).Pending.Count;
        Assert.Equal(pending.Count, ofConsumers);
        for (TreeCursor cursor = group.Pending.First(); cursor.IsValid; cursor.MoveNext())
        {
            var entry = new PendingEntry(cursor.Payload);
            StreamConsumer owner = group.OwnerOf(entry);
            StreamId id = StreamId.FromTree(cursor.Head, cursor.Tail);
            Assert.Equal(pending[id], (Encoding.Latin1.GetString(owner.Name), entry.DeliveredMs, entry.Deliveries));
            Assert.True(owner.Pending.Find(cursor.Head, cursor.Tail).IsValid);
        }
    }

    [Fact]
    public void Broken_forms_are_refused_and_leave_nothing()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using StreamBench bench = new();
        using PinnedKey key = StreamBench.Key("s");
        bench.Type.Create(bench.Keys, key.Key);
        StreamValue stream = bench.Type.Of(bench.Keys.Find(key.Key));
        for (ulong i = 1; i < 40; i++) bench.Append(stream, new StreamId(i, 0), ["a", "b", "c" + i % 3, "7"], new NodeLimits(4096, 10));
        stream.Groups.TryAdd("g"u8, StreamId.Zero, 3, out StreamGroup group);
        StreamConsumer consumer = group.AddConsumer(bench.Memory, "c"u8, 1);
        for (ulong i = 1; i < 9; i++) group.Give(bench.Memory, consumer, new StreamId(i, 0), 5, 1);
        byte[] saved = bench.Save("s");
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] broken = i < saved.Length ? saved[..i] : (byte[])saved.Clone();
            if (i >= saved.Length) broken[random.Next(2, broken.Length)] = (byte)random.Next(256);
            using PinnedKey other = StreamBench.Key("other");
            try
            {
                bench.Load(broken, "other");
                StreamBench.Read(bench.Type.Of(bench.Keys.Find(other.Key)), StreamId.Zero, StreamId.Max, i % 2 == 0);
                bench.Keys.Delete(other.Key);
            }
            catch (ValueFormatException)
            {
                refused++;
                Assert.True(bench.Keys.Find(other.Key).IsMissing);
            }
        }

        Assert.True(refused > saved.Length - 3);
        bench.VerifyNoLeaks();
    }
}
