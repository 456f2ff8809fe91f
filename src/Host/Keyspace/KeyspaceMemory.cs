using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace.Memory;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Keyspace;

/// <summary>Counts the server's memory.</summary>
/// <remarks>O(databases in use) per question, a few ns each: cheap enough to ask before every command.</remarks>
internal sealed class KeyspaceMemory(KeyspaceState state) : IMemory
{
    // A little less than the timer's usual period, which is a tenth of a second.
    private const long IdlePeriodMs = 90;

    private readonly List<(string Name, Func<long> Bytes)> _counters = [];
    private readonly List<(string Name, Func<long> Bytes)> _uncounted = [];
    private readonly List<(string Name, Func<long> Bytes)> _owners = [];
    private readonly long _managedAtStart = GC.GetTotalMemory(forceFullCollection: false);
    private long _peak;
    private long _idleAtMs;

    /// <inheritdoc/>
    public long UsedBytes
    {
        get
        {
            long used = _managedAtStart + state.Blocks.UsedBytes + Waiting();
            foreach (DatabaseStore store in CollectionsMarshal.AsSpan(state.Stores)) used += store.Content.UsedBytes;
            foreach ((_, Func<long> bytes) in CollectionsMarshal.AsSpan(_counters)) used += bytes();
            if (used > _peak) _peak = used;
            return used;
        }
    }

    /// <inheritdoc/>
    public long PeakBytes => Math.Max(_peak, UsedBytes);

    /// <inheritdoc/>
    public long StartupBytes { get; private set; }

    /// <inheritdoc/>
    public long FragmentedBytes
    {
        get
        {
            long bytes = state.Blocks.EvacuableBytes;
            foreach (DatabaseStore store in state.Stores) bytes += store.Content.Heap.EvacuableBytes;
            return bytes;
        }
    }

    /// <inheritdoc/>
    public long CommittedBytes
    {
        get
        {
            long bytes = state.Blocks.CommittedBytes + Waiting();
            foreach (DatabaseStore store in state.Stores)
            {
                bytes += store.Content.Heap.CommittedBytes + store.Content.ExternalBytes + store.Content.Table.MemoryBytes;
            }

            return bytes;
        }
    }

    /// <inheritdoc/>
    public MemoryHeap Blocks => state.Blocks;

    /// <inheritdoc/>
    public IMemoryPressure? Pressure { get; set; }

    /// <inheritdoc/>
    public long UncountedBytes
    {
        get
        {
            long bytes = 0;
            foreach ((_, Func<long> part) in CollectionsMarshal.AsSpan(_uncounted)) bytes += part();
            return bytes;
        }
    }

    /// <inheritdoc/>
    public IDisposable AddUncounted(string name, Func<long> bytes)
    {
        IDisposable counted = Add(_counters, (name, bytes));
        IDisposable left = Add(_uncounted, (name, bytes));
        return new Undo(() =>
        {
            counted.Dispose();
            left.Dispose();
        });
    }

    /// <summary>The server is up: what is in use now is its own.</summary>
    public void MarkStartup() => StartupBytes = UsedBytes;

    /// <summary>Adds memory that the keyspace does not know of, such as the clients' buffers. Dispose to take it off.</summary>
    /// <param name="name">As in <see cref="Breakdown"/>: "clients".</param>
    /// <param name="bytes">Bytes in use; asked often.</param>
    public IDisposable AddCounter(string name, Func<long> bytes) => Add(_counters, (name, bytes));

    /// <summary>Names a part of <see cref="Blocks"/> in the breakdown; it is counted there already. Dispose to take it off.</summary>
    public IDisposable AddOwner(MemoryOwner owner) => Add(_owners, ($"module.{owner.Name}", () => owner.UsedBytes));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> Breakdown()
    {
        Dictionary<string, long> parts = new(StringComparer.Ordinal)
        {
            ["keys"] = KeyBytes(),
            ["tables"] = TableBytes(),
            ["clients"] = 0,
            ["managed"] = _managedAtStart,
            ["blocks"] = state.Blocks.UsedBytes,
            ["lazyfree"] = Waiting(),
        };
        foreach ((string name, Func<long> bytes) in _counters.Concat(_owners)) parts[name] = parts.GetValueOrDefault(name) + bytes();
        return parts;
    }

    /// <inheritdoc/>
    public long Purge()
    {
        long bytes = state.Blocks.ReleaseEmpty(hard: true);
        foreach (DatabaseStore store in state.Stores) bytes += store.Content.Heap.ReleaseEmpty(hard: true);
        return bytes;
    }

    /// <summary>Gives memory that has been empty for a second back, a share at a time. For the timer; does nothing more than ten times a
    /// second.</summary>
    /// <param name="nowMs">Any clock, milliseconds.</param>
    public void GiveBackIdle(long nowMs)
    {
        if (Math.Abs(nowMs - _idleAtMs) < IdlePeriodMs) return;
        _idleAtMs = nowMs;
        state.Blocks.GiveBackIdle();
        foreach (DatabaseStore store in state.Stores) store.Content.Heap.GiveBackIdle();
    }

    /// <inheritdoc/>
    public bool FreeWaiting(long micros)
        => state.LazyFree.Run(micros) | (state.Background.PendingBytes > 0 && !state.Background.Wait(micros));

    private long KeyBytes()
    {
        long bytes = 0;
        foreach (DatabaseStore store in state.Stores) bytes += store.Content.Heap.UsedBytes + store.Content.ExternalBytes;
        return bytes;
    }

    private long TableBytes()
    {
        long bytes = 0;
        foreach (DatabaseStore store in state.Stores) bytes += store.Content.Table.UsedBytes;
        return bytes;
    }

    private long Waiting() => state.LazyFree.UsedBytes + state.Background.PendingBytes;

    private static Undo Add(List<(string Name, Func<long> Bytes)> list, (string Name, Func<long> Bytes) entry)
    {
        list.Add(entry);
        return new Undo(() => list.Remove(entry));
    }
}
