using System.Buffers.Binary;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Tracking.Broadcasting;

/// <summary>A prefix that clients in broadcast mode wait for, and the keys under it that changed since the loop last slept.</summary>
internal sealed class Prefix(byte[] bytes)
{
    private PackedTable _changed = PackedTable.Create();

    /// <summary>The prefix.</summary>
    public byte[] Bytes => bytes;

    /// <summary>Who waits for it.</summary>
    public List<TrackedClient> Clients { get; } = [];

    /// <summary>Another prefix of the same hash.</summary>
    public Prefix? Next { get; set; }

    /// <summary>Keys noted.</summary>
    public long ChangedCount => _changed.Count;

    /// <summary>Notes that a key changed.</summary>
    /// <param name="memory">Owner of what the prefix keeps.</param>
    /// <param name="key">Any bytes. Borrowed for this call.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="writer">Id of the client that changed it last; 0: the server itself.</param>
    public void Note(MemoryOwner memory, ReadOnlySpan<byte> key, ulong hash, long writer)
    {
        TableItem item = _changed.Put(memory, key, hash, sizeof(long), false, out _);
        BinaryPrimitives.WriteInt64LittleEndian(item.Value, writer);
    }

    /// <summary>Hands the keys over and forgets them.</summary>
    /// <returns>False: they are too many for a list.</returns>
    public bool MoveTo(ChangedKeys list, MemoryOwner memory)
    {
        list.Clear();
        bool all = true;
        TableWalk walk = default;
        while (all && _changed.Next(ref walk, out TableItem item))
        {
            all = list.TryAdd(item.Key, BinaryPrimitives.ReadInt64LittleEndian(item.Value));
        }

        Forget(memory);
        return all;
    }

    /// <summary>Forgets the keys.</summary>
    public void Forget(MemoryOwner memory) => _changed.Free(memory);
}
