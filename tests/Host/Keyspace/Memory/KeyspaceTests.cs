using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;

namespace ModularKv.Host.Tests.Keyspace.Memory;

/// <summary>Single promises of the keyspace that a random walk would meet too rarely, or could not tell.</summary>
public sealed class KeyspaceTests
{
    [Fact]
    public void Common_operations_allocate_nothing()
    {
        using KeyspaceModel model = new(1, checking: false);
        DatabaseStore store = model.Databases.Store(0);
        using PinnedKey key = new("some key"u8);
        using PinnedKey absent = new("absent"u8);
        long allocated = 0;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10_000; i++)
            {
                store.Put(key.Key, model.Strings, 10 + (i % 50));
                store.Find(key.Key);
                store.Find(absent.Key);
                Entry entry = store.SetExpiry(store.FindForWrite(key.Key), model.NowMs + 1000);
                entry = store.Resize(entry, 100);
                store.ClearExpiry(entry);
                store.Delete(key.Key, lazy: true);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.InRange(allocated, 0, 9_999); // the runtime itself allocates a little when it replaces code by better code
    }

    [Fact]
    public void Hits_and_misses_are_counted_as_asked()
    {
        using KeyspaceModel model = new(1);
        DatabaseStore store = model.Databases.Store(0);
        Set(model, store, "a", "1");
        Assert.False(Find(store, "a"));
        Assert.True(Find(store, "b"));
        using PinnedKey key = new("a"u8);
        store.Find(key.Key, Access.NoStatistics);
        store.FindForWrite(key.Key);
        Assert.Equal(1, model.State.Statistics.KeyspaceHits);
        Assert.Equal(1, model.State.Statistics.KeyspaceMisses);
    }

    [Fact]
    public void A_replica_hides_expired_keys_and_keeps_them()
    {
        using KeyspaceModel model = new(1);
        DatabaseStore store = model.Databases.Store(0);
        SetExpiring(model, store, "a", 10);
        model.State.IsReplica = true;
        model.Advance(10);
        Assert.False(Find(store, "a"));
        model.Advance(1);
        Assert.True(Find(store, "a"));
        Assert.Equal(1, store.Count);
        Assert.Equal(0, model.Expiry.Slow());
        model.State.SeesExpired = true;
        Assert.False(Find(store, "a"));
        model.State.SeesExpired = false;

        // A write needs the place, so the hidden key goes; nothing is propagated.
        Set(model, store, "a", "2");
        Assert.Equal(1, store.Count);
        Assert.Equal(0, store.ExpiringCount);
        Assert.Equal(0, model.ExpiredCalls);
    }

    [Fact]
    public void The_active_cycle_removes_what_nobody_asks_for()
    {
        using KeyspaceModel model = new(1, checking: false);
        DatabaseStore store = model.Databases.Store(1);
        for (int i = 0; i < 20_000; i++)
        {
            if (i % 4 == 0) Set(model, store, "k" + i, "v");
            else SetExpiring(model, store, "k" + i, i % 2 == 0 ? 100 : 1_000_000);
        }

        model.Expiry.Slow();
        Assert.InRange(store.AverageTtlMs, 1, 1_000_000);
        model.Advance(200);
        model.Expiry.Enabled = false;
        Assert.Equal(0, model.Expiry.Slow());
        model.Expiry.Enabled = true;
        model.State.ExpiryPaused = true;
        Assert.Equal(0, model.Expiry.Slow());
        model.State.ExpiryPaused = false;
        long removed = 0;
        for (int i = 0; i < 3000 && removed < 5000; i++) removed += model.Expiry.Slow();
        Assert.Equal(5000, removed);
        Assert.Equal(5000, model.ExpiredCalls);
        Assert.Equal(15_000, store.Count);
        Assert.Equal(10_000, store.ExpiringCount);
    }

    [Fact]
    public void Scan_visits_what_stays_and_removes_what_has_expired()
    {
        using KeyspaceModel model = new(1);
        DatabaseStore store = model.Databases.Store(0);
        for (int i = 0; i < 3000; i++) Set(model, store, "stays" + i, "v");
        for (int i = 0; i < 500; i++) SetExpiring(model, store, "goes" + i, 5);
        model.Advance(6);
        Names names = new();
        ulong cursor = 0;
        int round = 0;
        do
        {
            cursor = store.Scan(cursor, names);
            for (int i = 0; i < 5; i++) Set(model, store, $"new{round}.{i}", "v");
            round++;
        }
        while (cursor != 0);

        Assert.Equal(3000, names.Seen.Count(name => name.StartsWith("stays", StringComparison.Ordinal)));
        Assert.DoesNotContain(names.Seen, name => name.StartsWith("goes", StringComparison.Ordinal));
        Assert.Equal(500, model.State.Statistics.ExpiredKeys);
    }

    [Fact]
    public void Idle_time_follows_reads_that_touch()
    {
        using KeyspaceModel model = new(1);
        DatabaseStore store = model.Databases.Store(0);
        Set(model, store, "a", "1");
        using PinnedKey key = new("a"u8);
        model.Advance(7000);
        Entry entry = store.Find(key.Key, Access.NoTouch);
        Assert.Equal(7, store.IdleSeconds(entry));
        Assert.Equal(0, store.IdleSeconds(store.Find(key.Key)));
        store.SetIdle(entry, 50);
        Assert.Equal(50, store.IdleSeconds(entry));

        // 24 bits wrap around after 194 days.
        model.Advance((1L << 24) * 1000);
        Assert.Equal(50, store.IdleSeconds(store.Find(key.Key, Access.NoTouch)));
    }

    [Fact]
    public void The_frequency_counter_grows_slowly_and_decays()
    {
        using KeyspaceModel model = new(1);
        model.State.Clock.UsesFrequency = true;
        DatabaseStore store = model.Databases.Store(0);
        Set(model, store, "a", "1");
        using PinnedKey key = new("a"u8);
        Entry entry = store.Find(key.Key, Access.NoTouch);
        Assert.Equal(5, store.Frequency(entry));
        for (int i = 0; i < 1000; i++) store.Find(key.Key);
        Assert.InRange(store.Frequency(store.Find(key.Key, Access.NoTouch)), 13, 26);
        for (int i = 0; i < 2_000_000; i++) store.Find(key.Key);
        int counter = store.Frequency(store.Find(key.Key, Access.NoTouch));
        Assert.Equal(255, counter);
        model.Advance(60_000 * 10);
        Assert.Equal(245, store.Frequency(store.Find(key.Key, Access.NoTouch)));
        model.State.Clock.DecayMinutes = 0;
        Assert.Equal(255, store.Frequency(store.Find(key.Key, Access.NoTouch)));
        store.SetFrequency(entry, 3);
        Assert.Equal(3, store.Frequency(entry));
    }

    [Fact]
    public void A_large_value_is_freed_by_pieces_after_unlink()
    {
        using KeyspaceModel model = new(1);
        DatabaseStore store = model.Databases.Store(0);
        using PinnedKey key = new("large"u8);
        model.Pieces.Create(store, key.Key, new byte[100_000], Ttl.Clear);
        Assert.Equal(1000, model.OwnedBlocks);
        Assert.True(store.Delete(key.Key, lazy: true));
        Assert.Equal(1, model.Databases.LazyFreePending);
        Assert.False(model.State.Types.Revoke(model.Pieces));
        Assert.True(model.State.LazyFree.Step(100));
        Assert.Equal(900, model.OwnedBlocks);

        // What the queue holds outlives the database's flush.
        Set(model, store, "other", "1");
        Assert.Equal(1, model.Databases.Flush(0, lazy: true));
        while (model.State.LazyFree.Step(100))
        {
        }

        Assert.Equal(2, model.State.Statistics.LazyFreedObjects);
        Assert.True(model.State.Types.Revoke(model.Pieces));
        model.Drain();
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("overwrite")]
    [InlineData("expire")]
    [InlineData("rename")]
    public void A_very_large_value_is_freed_by_pieces_though_nobody_asked_for_it(string how)
    {
        using KeyspaceModel model = new(1);
        DatabaseStore store = model.Databases.Store(0);
        using PinnedKey key = new("large"u8);
        const int Pieces = StoreContent.HoldingEffort + 1;
        Entry entry = model.Pieces.Create(store, key.Key, new byte[Pieces * PiecesType.PieceBytes], Ttl.Clear);
        if (how == "expire") store.SetExpiry(entry, 1);
        if (how == "delete") Assert.True(store.Delete(key.Key));
        else if (how == "overwrite") Set(model, store, "large", "small");
        else if (how == "expire") Assert.True(store.Find(key.Key).IsMissing);
        else Rename(model, store);

        Assert.Equal(Pieces, model.OwnedBlocks);
        Assert.Equal(Pieces, model.State.LazyFree.PendingPieces);
        Assert.Equal(0, model.Databases.LazyFreePending);
        Assert.True(model.State.LazyFree.Step(100));
        Assert.Equal(Pieces - 100, model.OwnedBlocks);
        while (model.State.LazyFree.Slice(0))
        {
        }

        Assert.Equal((0, 0, 0), (model.OwnedBlocks, model.State.LazyFree.PendingPieces, model.State.Statistics.LazyFreedObjects));
        model.Drain();

        static void Rename(KeyspaceModel model, DatabaseStore store)
        {
            Set(model, store, "small", "1");
            using PinnedKey from = new("small"u8), to = new("large"u8);
            Assert.True(store.Rename(from.Key, to.Key));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(3000)]
    public void A_value_that_owns_memory_goes_through_every_change_of_its_key(int pieces)
    {
        // 3000 pieces: the record's own value is an external block, too.
        using KeyspaceModel model = new(2);
        DatabaseStore store = model.Databases.Store(0), other = model.Databases.Store(1);
        using PinnedKey key = new("key"u8), renamed = new("another key"u8);
        byte[] content = new byte[pieces * PiecesType.PieceBytes];
        new Random(4714).NextBytes(content);
        model.Pieces.Create(store, key.Key, content, Ttl.Clear);
        Check(store, key, 1);

        store.SetExpiry(store.FindForWrite(key.Key), long.MaxValue / 2);
        Check(store, key, 1);
        Assert.True(store.Rename(key.Key, renamed.Key));
        Check(store, renamed, 1);
        store.ClearExpiry(store.FindForWrite(renamed.Key));
        Check(store, renamed, 1);
        Assert.True(store.MoveTo(other, renamed.Key));
        Check(other, renamed, 1);
        Assert.True(other.Copy(renamed.Key, store, key.Key));
        Check(other, renamed, 2);

        // The copy is independent, and replacing it by another copy frees it once.
        model.Pieces.ChangeByte(store.FindForWrite(key.Key), 0, (byte)~content[0]);
        Check(other, renamed, 2);
        Assert.True(other.Copy(renamed.Key, store, key.Key));
        model.Databases.Swap(0, 1);
        Check(store, renamed, 2);
        Check(other, key, 2);
        Assert.True(store.MemoryUsage(store.Find(renamed.Key), 5) > 0);
        Set(model, other, "key", "a string now");
        Check(store, renamed, 1);
        Assert.True(store.Delete(renamed.Key));
        Assert.Equal(0, model.OwnedBlocks);
        model.Drain();

        void Check(DatabaseStore at, PinnedKey name, int values)
        {
            Entry entry = at.Find(name.Key);
            Assert.True(entry.Is(model.Pieces));
            Assert.Equal(content, model.Pieces.Get(entry));
            Assert.Equal(values * pieces, model.OwnedBlocks);
        }
    }

    [Fact]
    public void Flushed_values_that_own_memory_are_freed_in_slices()
    {
        using KeyspaceModel model = new(1);
        DatabaseStore store = model.Databases.Store(0);
        for (int i = 0; i < 1000; i++)
        {
            using PinnedKey key = new(Encoding.UTF8.GetBytes("k" + i));
            if (i % 2 == 0) model.Pieces.Create(store, key.Key, new byte[i * 20], Ttl.Clear);
            else model.Objects.Create(store, key.Key, new byte[10]);
        }

        Assert.Equal(500, model.State.Types.KeysOf(model.Pieces));
        Assert.Equal(1000, model.Databases.Flush(-1, lazy: true));
        Assert.Equal(0, model.State.Types.KeysOf(model.Pieces));
        Assert.Equal(1000, model.Databases.LazyFreePending);
        int steps = 0;
        while (model.State.LazyFree.Step(100)) steps++;
        Assert.InRange(steps, 100, 2000);
        model.Drain();
        Assert.Equal(1000, model.State.Statistics.LazyFreedObjects);
    }

    [Fact]
    public void Evacuation_gives_pages_back_and_keeps_every_value()
    {
        using KeyspaceModel model = new(1, checking: false);
        DatabaseStore store = model.Databases.Store(0);
        const int keys = 60_000;
        for (int i = 0; i < keys; i++) Set(model, store, "key" + i, "value of " + i + new string('x', 150));
        for (int i = 0; i < keys; i++)
        {
            using PinnedKey key = new(Encoding.UTF8.GetBytes("key" + i));
            if (i % 4 != 0) store.Delete(key.Key);
        }

        MemoryHeap heap = store.Content.Heap;
        long before = heap.FreeSlotBytes;
        Assert.True(heap.EvacuationPays);
        while (heap.EvacuationPays && model.Evacuation.Step(500) > 0)
        {
        }

        Assert.False(heap.EvacuationPays);
        Assert.True(heap.FreeSlotBytes < before / 4, $"{heap.FreeSlotBytes} of {before}");
        Assert.True(model.State.Statistics.DefragmentedBlocks > 1000);
        for (int i = 0; i < keys; i += 4)
        {
            using PinnedKey key = new(Encoding.UTF8.GetBytes("key" + i));
            Assert.StartsWith("value of " + i + "x", Encoding.UTF8.GetString(store.Find(key.Key).Value));
        }
    }

    [Fact]
    public void Defragmentation_gives_pages_of_values_back_and_is_not_repeated_in_vain()
    {
        using KeyspaceModel model = new(2, checking: false);
        const int Keys = 2000;
        for (int i = 0; i < Keys; i++)
        {
            // Every tenth is large: it is gone through in several slices.
            using PinnedKey key = new(Encoding.UTF8.GetBytes("key" + i));
            model.Pieces.Create(model.Databases.Store(i & 1), key.Key, Content(i), Ttl.Clear);
        }

        for (int i = 0; i < Keys; i++)
        {
            using PinnedKey key = new(Encoding.UTF8.GetBytes("key" + i));
            if (i % 10 != 3 && i % 40 != 0) model.Databases.Store(i & 1).Delete(key.Key);
        }

        MemoryHeap heap = model.State.Blocks;
        long before = heap.EvacuableBytes;
        Assert.True(heap.EvacuationPays);
        int slices = 1;
        while (model.Defragmentation.Step(20)) slices++;
        Assert.True(slices > 3);
        Assert.True(heap.EvacuableBytes < before / 4, $"{heap.EvacuableBytes} of {before}");
        Assert.True(model.State.Statistics.DefragmentedBlocks > 1000);
        for (int i = 0; i < Keys; i++)
        {
            if (i % 10 != 3 && i % 40 != 0) continue;
            using PinnedKey key = new(Encoding.UTF8.GetBytes("key" + i));
            Assert.Equal(Content(i), model.Pieces.Get(model.Databases.Store(i & 1).Find(key.Key)));
        }

        Assert.False(model.Defragmentation.Step());
        model.Drain();

        static byte[] Content(int i)
        {
            byte[] content = new byte[i % 10 == 0 ? 30_000 : 2000];
            content.AsSpan().Fill((byte)i);
            return content;
        }
    }

    [Fact]
    public void Used_memory_is_exact_and_falls_back()
    {
        using KeyspaceModel model = new(1, checking: false);
        KeyspaceMemory memory = new(model.State);
        memory.MarkStartup();
        DatabaseStore store = model.Databases.Store(0);
        using PinnedKey key = new("large"u8);
        store.Put(key.Key, model.Strings, 3_000_000);
        Assert.Equal(3_000_000, store.Content.ExternalBytes);
        long table = store.Content.Table.MemoryBytes;
        Assert.Equal(memory.StartupBytes + 3_000_000 + table + 40, memory.UsedBytes);
        using (memory.AddCounter("clients", () => 77)) Assert.Equal(77, memory.Breakdown()["clients"]);
        Assert.Equal(0, memory.Breakdown()["clients"]);
        store.Delete(key.Key);
        model.State.Background.Dispose();
        Assert.Equal(memory.StartupBytes + store.Content.Table.MemoryBytes, memory.UsedBytes);
        Assert.True(memory.PeakBytes >= memory.StartupBytes + 3_000_000);
    }

    [Fact]
    public void Appending_to_a_large_value_leaves_room()
    {
        using KeyspaceModel model = new(1, checking: false);
        DatabaseStore store = model.Databases.Store(0);
        using PinnedKey key = new("log"u8);
        store.Put(key.Key, model.Strings, 0);
        int moves = 0;
        long room = 0;
        for (int i = 1; i <= 50_000; i++)
        {
            store.Resize(store.FindForWrite(key.Key), i * 100L, growing: true);
            if (store.Content.ExternalBytes != room) moves++;
            room = store.Content.ExternalBytes;
        }

        Assert.InRange(moves, 1, 40);
        Assert.True(room <= 5_000_000 * 9 / 8, "too much room");
    }

    [Fact]
    public void Observers_see_old_values_only_while_they_ask()
    {
        using KeyspaceModel model = new(1);
        DatabaseStore store = model.Databases.Store(0);
        Watcher watcher = new();
        using (model.State.Observers.Add(watcher))
        {
            Set(model, store, "a", "1");
            Set(model, store, "a", "2");
            Assert.Empty(watcher.Old);
            watcher.Interest = KeyInterest.OldValues | KeyInterest.Flushes;
            Set(model, store, "a", "3");
            using PinnedKey key = new("a"u8);
            store.Delete(key.Key);
            model.Databases.Flush(0, lazy: false);
            Assert.Equal(["a=2", "a=3", "flush"], watcher.Old);
        }

        Assert.Equal(KeyspaceHooks.None, model.State.Hooks);
    }

    [Fact]
    public void A_walk_over_a_growing_and_shrinking_table_sees_each_key_once()
    {
        using KeyspaceModel model = new(1, checking: false);
        DatabaseStore store = model.Databases.Store(0);
        const int keys = 20_000;
        for (int i = 0; i < keys; i++) Set(model, store, "key" + i, "old");
        Counter counter = new();
        model.State.Snapshots.Start(counter);
        int next = 0;
        bool grows = true;
        while (model.State.Snapshots.Active)
        {
            for (int i = 0; i < 300; i++, next++)
            {
                if (grows) Set(model, store, "new" + next, "new");
                using PinnedKey key = new(Encoding.UTF8.GetBytes((grows ? "key" : "new") + next));
                store.Delete(key.Key);
            }

            if (next > 30_000)
            {
                next = 0;
                grows = !grows;
            }

            model.State.Snapshots.Step(0);
        }

        Assert.Equal(keys, counter.Seen.Count);
        Assert.Equal(0, counter.Wrong);
    }

    private static void Set(KeyspaceModel model, DatabaseStore store, string name, string value)
    {
        using PinnedKey key = new(Encoding.UTF8.GetBytes(name));
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        bytes.CopyTo(store.Put(key.Key, model.Strings, bytes.Length).WritableValue);
    }

    private static void SetExpiring(KeyspaceModel model, DatabaseStore store, string name, long ms)
    {
        Set(model, store, name, "v");
        using PinnedKey key = new(Encoding.UTF8.GetBytes(name));
        store.SetExpiry(store.FindForWrite(key.Key), model.NowMs + ms);
    }

    // True when it is missing.
    private static bool Find(DatabaseStore store, string name)
    {
        using PinnedKey key = new(Encoding.UTF8.GetBytes(name));
        return store.Find(key.Key).IsMissing;
    }

    private sealed class Names : IEntryVisitor
    {
        public HashSet<string> Seen { get; } = [];

        public void Visit(Entry entry) => Seen.Add(Encoding.UTF8.GetString(entry.Key));
    }

    private sealed class Watcher : KeyObserver
    {
        public List<string> Old { get; } = [];

        public override void Changing(Database database, KeyRef key, Entry oldValue)
            => Old.Add(Encoding.UTF8.GetString(key.Bytes) + "=" + Encoding.UTF8.GetString(oldValue.Value));

        public override void Flushing(Database? database, Database? swappedWith) => Old.Add("flush");
    }

    private sealed class Counter : SnapshotConsumer
    {
        private readonly ItemReader _reader = new();

        public HashSet<string> Seen { get; } = [];

        public int Wrong { get; private set; }

        public override bool Ready => true;

        public override void Take(SnapshotChunk chunk)
        {
            while (chunk.Read(out SnapshotEntry entry))
            {
                entry.OpenValue(_reader);
                _reader.TryRdbType();
                if (!Seen.Add(Encoding.UTF8.GetString(entry.Key)) || !_reader.String().SequenceEqual("old"u8)) Wrong++;
            }

            chunk.Dispose();
        }

        public override void Ended(string? error) => Assert.Null(error);
    }
}
