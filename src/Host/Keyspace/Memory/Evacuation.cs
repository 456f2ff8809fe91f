using System.Runtime.InteropServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>Moves records out of sparse pages, so that record heaps shrink again after their values' sizes have shifted.</summary>
/// <remarks>
/// Entries found before are void afterwards, so it runs only between commands. A record that only a snapshot (half saved) or the queue
/// of lazy frees knows stays where it is.
/// </remarks>
internal sealed unsafe class Evacuation(KeyspaceState state) : BlockMover
{
    private StoreContent? _content;
    private int _next;

    /// <summary>Moves up to so many records (each about its copy and three cache misses) where that pays.</summary>
    /// <returns>Records moved; 0: nothing to win at present.</returns>
    public int Step(int maxRecords)
    {
        int moved = 0;
        for (int i = 0; i < state.Stores.Count && moved == 0; i++)
        {
            DatabaseStore store = state.Stores[_next];
            _content = store.Content;
            if (_content.Heap.EvacuationPays) moved = Evacuate(maxRecords);

            // Stays with a database while it moves something, because a pass is kept per heap.
            if (moved == 0) _next = (_next + 1) % state.Stores.Count;
        }

        return moved;
    }

    /// <inheritdoc/>
    public override bool TryMove(byte* from, byte* to, int usableSize)
    {
        Record* record = (Record*)from;
        if (state.Snapshots.Holds(record)) return false;
        NativeMemory.Copy(from, to, (nuint)record->Size);
        return _content!.Table.TryRepoint(record, (Record*)to);
    }

    private int Evacuate(int maxRecords)
    {
        long start = state.Options.MonotonicMicros();
        int moved = _content!.Heap.Evacuate(maxRecords, this);
        state.Statistics.DefragmentedBlocks += moved;
        state.Statistics.DefragmentationMicros += state.Options.MonotonicMicros() - start;
        return moved;
    }
}
