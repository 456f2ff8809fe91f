using System.Runtime.ExceptionServices;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace.Memory;

namespace ModularKv.Host.Tests.Keyspace.Memory;

/// <summary>The walk against a copy of the model: the data as it was at the start, each key once, whatever is written meanwhile.</summary>
public sealed class SnapshotWalkTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    [InlineData(0, true)]
    public void A_walk_shows_its_start(int seed, bool mayFlush)
    {
        if (seed == 0) seed = Environment.TickCount;
        int walk = 0;
        try
        {
            using KeyspaceModel model = new(seed);
            for (; walk < 25; walk++) Walk(model, new Random(seed + walk), mayFlush);
            model.Compare();
            model.Drain();
            Assert.Equal(0, model.State.Snapshots.InFlight.Bytes);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"seed {seed}, walk {walk}", error);
        }
    }

    [Fact]
    public void A_type_that_fails_ends_the_walk_and_not_the_command()
    {
        using KeyspaceModel model = new(5);
        for (int i = 0; i < 2000; i++) model.Step(mayFlush: false);
        Collector collector = new(model);
        model.Pieces.FailsToSave = true;
        model.State.Snapshots.Start(collector);
        while (model.State.Snapshots.Active) model.State.Snapshots.Step(0);
        Assert.Contains("pieces", collector.Error);
        model.Pieces.FailsToSave = false;
        model.Compare();
        Walk(model, new Random(5), mayFlush: false);
        model.Drain();
    }

    [Fact]
    public void A_consumer_that_takes_no_more_holds_a_bounded_part()
    {
        using KeyspaceModel model = new(9);
        Hoard hoard = new();
        SnapshotWalk walk = model.State.Snapshots;
        walk.HeldBytesMax = 1 << 20;
        DatabaseStore keys = model.Databases.Store(0);
        for (int i = 0; i < 40; i++)
        {
            using PinnedKey name = new(System.Text.Encoding.ASCII.GetBytes($"large:{i}"));
            keys.Put(name.Key, model.Strings, 100_000);
        }

        walk.Start(hoard);
        for (int i = 0; i < 40 && hoard.Error == null; i++)
        {
            using PinnedKey name = new(System.Text.Encoding.ASCII.GetBytes($"large:{i}"));
            keys.Delete(name.Key, lazy: false);
        }

        Assert.Contains("takes no more", hoard.Error);
        Assert.InRange(walk.InFlight.Bytes, 1 << 20, 2 << 20);
        hoard.Chunks.ForEach(chunk => chunk.Dispose());
        Assert.Equal(0, walk.InFlight.Bytes);
    }

    private sealed class Hoard : SnapshotConsumer
    {
        public List<SnapshotChunk> Chunks { get; } = [];

        public string? Error { get; private set; }

        public override bool Ready => false;

        public override void Take(SnapshotChunk chunk) => Chunks.Add(chunk);

        public override void Ended(string? error) => Error = error;
    }

    [Fact]
    public void An_empty_keyspace_has_an_empty_snapshot()
    {
        using KeyspaceModel model = new(1);
        Collector collector = new(model);
        model.State.Snapshots.Start(collector);
        model.State.Snapshots.Step(0);
        Assert.True(collector.HasEnded);
        Assert.Null(collector.Error);
        Assert.Empty(collector.Seen);
    }

    [Fact]
    public void While_the_consumer_has_no_room_only_old_values_come()
    {
        using KeyspaceModel model = new(9, largeValues: false);
        for (int i = 0; i < 3000; i++) model.Step(mayFlush: false);
        Collector collector = new(model) { IsReady = false };
        Dictionary<(int, string), ModelValue> expected = model.Present();
        ISnapshot run = model.State.Snapshots.Start(collector);
        Assert.Equal(expected.Count, run.KeysTotal);
        for (int i = 0; i < 100; i++) model.State.Snapshots.Step(100);
        Assert.Equal(0, run.KeysDone);
        for (int i = 0; i < 50; i++) model.Step(mayFlush: false);
        Assert.InRange(run.KeysDone, 1, expected.Count - 1);
        collector.IsReady = true;
        while (model.State.Snapshots.Active) model.State.Snapshots.Step(0);
        Assert.Equal(run.KeysTotal, run.KeysDone);
        collector.AssertIs(expected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_large_string_is_copied_in_slices_and_finished_before_it_changes(bool changes)
    {
        using KeyspaceModel model = new(3, checking: false);
        byte[] content = new byte[20_000_000];
        new Random(3).NextBytes(content);
        using PinnedKey key = new("large"u8);
        using PinnedKey other = new("other"u8);
        Database database = model.Databases[1];
        content.CopyTo(database.Put(key.Key, model.Strings, content.Length).WritableValue);
        database.Put(other.Key, model.Strings, 1).WritableValue[0] = 7;
        Collector collector = new(model);
        ISnapshot run = model.State.Snapshots.Start(collector);
        int steps = 0;
        for (; model.State.Snapshots.Active; steps++)
        {
            model.State.Snapshots.Step(0);
            if (changes && steps == 20)
            {
                database.FindForWrite(key.Key).WritableValue.Clear();
                database.Delete(key.Key);
                database.Delete(other.Key);
                Assert.Equal(2, run.KeysDone);
            }
        }

        Assert.True(changes || steps > 38, "copied in too few slices");
        Assert.Equal(2, collector.Seen.Count);
        Assert.True(collector.Seen[(1, "large")].Content.AsSpan().SequenceEqual(content));
        Assert.Equal([7], collector.Seen[(1, "other")].Content);
    }

    private static void Walk(KeyspaceModel model, Random random, bool mayFlush)
    {
        for (int i = random.Next(1500); i > 0; i--) model.Step(mayFlush);
        Dictionary<(int, string), ModelValue> expected = model.Present();
        Collector collector = new(model);
        ISnapshot run = model.State.Snapshots.Start(collector);
        Assert.Equal(expected.Count, run.KeysTotal);
        bool cancels = random.Next(4) == 0;
        while (model.State.Snapshots.Active)
        {
            for (int i = random.Next(8); i > 0; i--) model.Step(mayFlush);
            collector.IsReady = random.Next(3) != 0;
            model.State.Snapshots.Step(random.Next(3) == 0 ? 30 : 0);
            if (cancels && random.Next(30) == 0) run.Cancel("enough");
        }

        Assert.True(collector.HasEnded);
        if (collector.Error != null)
        {
            Assert.Equal("enough", collector.Error);
            if (random.Next(2) == 0) model.State.Snapshots.Step(10);
            return;
        }

        collector.AssertIs(expected);
        Assert.Equal(run.KeysTotal, run.KeysDone);
    }

    private sealed class Collector(KeyspaceModel model) : SnapshotConsumer
    {
        private readonly ItemReader _reader = new();
        private (int Database, string Key)? _open;

        public Dictionary<(int Database, string Key), ModelValue> Seen { get; } = [];

        public bool IsReady { get; set; } = true;

        public bool HasEnded { get; private set; }

        public string? Error { get; private set; }

        public override bool Ready => IsReady;

        public override void Take(SnapshotChunk chunk)
        {
            Assert.True(model.State.Snapshots.Active);
            Assert.True(chunk.Count > 0);
            Exception? failure = null;
            Thread other = new(() => failure = Xunit.Record.Exception(() => Read(chunk)));
            other.Start();
            other.Join();
            if (failure != null) ExceptionDispatchInfo.Throw(failure);
        }

        public override void Ended(string? error)
        {
            HasEnded = true;
            Error = error;
        }

        public void AssertIs(Dictionary<(int, string), ModelValue> expected)
        {
            Assert.Null(Error);
            Assert.Null(_open);
            Assert.Equal(expected.Count, Seen.Count);
            foreach (((int, string) key, ModelValue value) in expected)
            {
                ModelValue seen = Seen[key];
                Assert.Equal(value.Type, seen.Type);
                Assert.Equal(value.ExpireAtMs, seen.ExpireAtMs);
                Assert.True(value.Content.AsSpan().SequenceEqual(seen.Content), $"another value under {key}");
            }
        }

        private void Read(SnapshotChunk chunk)
        {
            int count = 0;
            while (chunk.Read(out SnapshotEntry entry))
            {
                count++;
                (int, string) key = (entry.Database, Encoding.UTF8.GetString(entry.Key));
                if (_open != null) Assert.Equal(_open, key);
                entry.OpenValue(_reader);
                if (entry.Type == "string") Assert.Equal(StringType.RdbString, _reader.TryRdbType());
                byte[] content = _reader.String().ToArray();
                Assert.True(_reader.AtEnd);
                if (_open == null) Seen.Add(key, new ModelValue(entry.Type, content, entry.ExpireAtMs));
                else Seen[key] = Seen[key] with { Content = [.. Seen[key].Content, .. content] };
                _open = entry.Continued ? key : null;
            }

            Assert.Equal(chunk.Count, count);
            chunk.Dispose();
        }
    }
}
