using System.Runtime.InteropServices;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>
/// Blocks for a snapshot's chunks, used again as soon as the consumer is through with one: fresh memory for each costs the loop a page
/// fault every 4 KB, and giving it back takes a lock on the address space that the loop then waits for. Any thread.
/// </summary>
internal sealed unsafe class ChunkPool
{
    /// <summary>Blocks kept: more than a consumer's queue holds while the walk goes on.</summary>
    public const int BlocksMax = 24;

    /// <summary>Size of a block: a chunk, and what it may run over its size by without growing, in bytes.</summary>
    public const int BlockBytes = SnapshotWalk.ChunkBytes + (96 * 1024);

    private readonly nint[] _free = new nint[BlocksMax];
    private volatile bool _isOpen;

    /// <summary>A walk begins: blocks are kept from now on.</summary>
    public void Open() => _isOpen = true;

    /// <summary>A walk is over: nothing is kept any more.</summary>
    public void Close()
    {
        _isOpen = false;
        while (TryTake() is var block && block != 0) NativeMemory.Free((void*)block);
    }

    /// <summary>A block of <see cref="BlockBytes"/>.</summary>
    public byte* Take()
    {
        nint block = TryTake();
        return block != 0 ? (byte*)block : (byte*)NativeMemory.Alloc(BlockBytes);
    }

    /// <summary>Takes back a block, whatever became of its size.</summary>
    public void Return(byte* block, long capacity)
    {
        if (block != null && capacity == BlockBytes && _isOpen)
        {
            for (int i = 0; i < _free.Length; i++)
            {
                if (_free[i] != 0 || Interlocked.CompareExchange(ref _free[i], (nint)block, 0) != 0) continue;

                // The walk may have ended in between; then somebody has to look once more.
                if (!_isOpen) Close();
                return;
            }
        }

        NativeMemory.Free(block);
    }

    private nint TryTake()
    {
        for (int i = 0; i < _free.Length; i++)
        {
            if (_free[i] == 0) continue;
            nint block = Interlocked.Exchange(ref _free[i], 0);
            if (block != 0) return block;
        }

        return 0;
    }
}
