using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions;

/// <summary>
/// A stream of messages that go to the same clients: each is written once, and the clients' outputs refer to those bytes until they are
/// sent. Loop thread only.
/// </summary>
/// <param name="pool">Where the memory comes from.</param>
public sealed unsafe class Broadcast(BroadcastPool pool) : IDisposable
{
    private SharedBlock? _block;
    private byte* _message;
    private int _length;

    /// <summary>Writes a message, to be sent to any number of clients before the next one is written.</summary>
    /// <param name="message">Copied. RESP in the protocol of the clients that will get it.</param>
    public void Write(ReadOnlySpan<byte> message)
    {
        if (_block is { References: 1 } unused) unused.Length = 0; // everybody has sent it: its bytes are still in the cache
        if (_block is null || _block.Capacity - _block.Length < message.Length)
        {
            _block?.Release();
            _block = pool.Rent(message.Length);
        }

        _message = _block.Bytes + _block.Length;
        _length = message.Length;
        message.CopyTo(new Span<byte>(_message, _length));
        _block.Length += _length;
    }

    /// <summary>Adds the message to a client's output, to be sent at the end of the batch.</summary>
    public void SendTo(Client client)
    {
        client.Output.Share(_block!, _message, _length);
        client.FlushLater();
    }

    /// <summary>Lets go of the memory; clients that have not sent it yet keep it until then. It may be written to again.</summary>
    public void Dispose()
    {
        _block?.Release();
        _block = null;
    }
}

/// <summary>Memory for <see cref="Broadcast"/>.</summary>
/// <param name="memory">The account that pays for it.</param>
public sealed unsafe class BroadcastPool(MemoryOwner memory) : IDisposable
{
    /// <summary>Ordinary blocks: what one send to a client may take at a time.</summary>
    private const int BlockBytes = 64 * 1024;

    /// <summary>Ordinary blocks kept for reuse.</summary>
    private const int KeptMax = 32;

    private readonly Stack<SharedBlock> _free = new();
    private bool _isDisposed;

    internal SharedBlock Rent(int size)
    {
        if (size <= BlockBytes && _free.TryPop(out SharedBlock? block))
        {
            block.Length = 0;
            block.References = 1;
            return block;
        }

        int capacity = Math.Max(size, BlockBytes);
        return new SharedBlock(this, memory.Allocate((long)capacity), capacity) { References = 1 };
    }

    internal void Return(SharedBlock block)
    {
        if (!_isDisposed && block.Capacity == BlockBytes && _free.Count < KeptMax) _free.Push(block);
        else memory.Free(block.Bytes, (long)block.Capacity);
    }

    /// <summary>Gives free memory back; what is still to be sent follows when it was.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        while (_free.TryPop(out SharedBlock? block)) memory.Free(block.Bytes, (long)block.Capacity);
    }
}

/// <summary>Bytes that several outputs refer to.</summary>
internal sealed unsafe class SharedBlock(BroadcastPool pool, byte* bytes, int capacity)
{
    public readonly byte* Bytes = bytes;
    public readonly int Capacity = capacity;
    public int Length;

    /// <summary>Outputs that refer to it, and the broadcast that still writes to it.</summary>
    public int References;

    public void Release()
    {
        if (--References == 0) pool.Return(this);
    }
}
