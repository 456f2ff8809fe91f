using System.Runtime.InteropServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions;

/// <summary>
/// Commands kept for later with a copy of their arguments, off-heap: what a client has queued since MULTI. Meant to be reused:
/// in steady state neither filling nor emptying it allocates. Loop thread only.
/// </summary>
/// <param name="memory">The account that pays for the copies.</param>
public sealed unsafe class CommandQueue(MemoryOwner memory) : IDisposable
{
    private const int FirstChunkBytes = 4 * 1024;
    private const int ChunkBytesMax = 64 * 1024;

    private QueuedCommand[] _commands = new QueuedCommand[16];
    private int _count;
    private Chunk* _chunk;
    private int _chunkUsed;
    private bool _hasOwned;

    /// <summary>Number of commands.</summary>
    public int Count => _count;

    /// <summary>Bytes of the copied arguments, their descriptions included.</summary>
    public long Bytes { get; private set; }

    /// <summary>Those of them that were taken over as they came: not in the account.</summary>
    public long OwnedBytes { get; private set; }

    /// <summary>The flags of all its commands together.</summary>
    public CommandFlags Flags { get; private set; }

    internal ReadOnlySpan<QueuedCommand> Commands => _commands.AsSpan(0, _count);

    /// <summary>Adds the running command with a copy of its arguments; large ones are taken over instead.</summary>
    /// <exception cref="OutOfMemoryException">The system refused; nothing was added.</exception>
    public void Add(scoped in CommandContext call)
    {
        CommandFrame frame = call.Frame;
        int count = frame.Count;
        long size = ((long)count * sizeof(Argument)) + BigArgument.Slack;
        Argument* source = frame.Arguments;
        for (int i = 0; i < count; i++)
        {
            if (source[i].Owned == 0) size += source[i].Length;
        }

        size = (size + 7) & ~7L;
        if (_chunk == null || _chunk->Size - _chunkUsed < size) AddChunk(size);
        var target = (Argument*)((byte*)_chunk + _chunkUsed);
        _chunkUsed += (int)size;
        byte* content = (byte*)(target + count);
        for (int i = 0; i < count; i++)
        {
            target[i] = source[i];
            if (source[i].Owned != 0)
            {
                source[i].Owned = 0;
                _hasOwned = true;
                Bytes += source[i].Length;
                OwnedBytes += source[i].Length;
                continue;
            }

            target[i].Bytes = content;
            source[i].Span.CopyTo(new Span<byte>(content, source[i].Length));
            content += source[i].Length;
        }

        if (_count == _commands.Length) Array.Resize(ref _commands, _count * 2);
        ref QueuedCommand queued = ref _commands[_count++];
        queued.Command = frame.Command;
        queued.Arguments = target;
        queued.Count = count;
        Bytes += size;
        Flags |= frame.Command.FlagsFor(frame.Client, frame.All);
    }

    /// <summary>Empties it; the first piece of memory stays for the next commands.</summary>
    public void Clear()
    {
        if (_hasOwned) FreeOwned();
        Array.Clear(_commands, 0, _count); // a command may belong to a module that goes
        _count = 0;
        Bytes = OwnedBytes = 0;
        Flags = CommandFlags.None;
        while (_chunk != null && (_chunk->Next != null || _chunk->Size > FirstChunkBytes))
        {
            Chunk* gone = _chunk;
            _chunk = gone->Next;
            memory.Free((byte*)gone, gone->Size);
        }

        _chunkUsed = sizeof(Chunk);
    }

    /// <summary>Gives all memory back. It may be filled again.</summary>
    public void Dispose()
    {
        Clear();
        if (_chunk != null) memory.Free((byte*)_chunk, _chunk->Size);
        _chunk = null;
    }

    private void AddChunk(long needed)
    {
        long size = _chunk == null ? FirstChunkBytes : Math.Min(ChunkBytesMax, _chunk->Size * 2L);
        size = Math.Max(size, needed + sizeof(Chunk));
        if (size > int.MaxValue) throw new OutOfMemoryException("a command of more than 2 GB was queued");
        var fresh = (Chunk*)memory.Allocate(size);
        fresh->Next = _chunk;
        fresh->Size = (int)size;
        _chunk = fresh;
        _chunkUsed = sizeof(Chunk);
    }

    private void FreeOwned()
    {
        _hasOwned = false;
        foreach (QueuedCommand queued in Commands)
        {
            for (int i = 0; i < queued.Count; i++)
            {
                if (queued.Arguments[i].Owned != 0) NativeMemory.Free(queued.Arguments[i].Bytes);
            }
        }
    }

    private struct Chunk
    {
        public Chunk* Next;
        public int Size;
    }
}

/// <summary>A command with its copied arguments, which belong to the queue.</summary>
internal unsafe struct QueuedCommand
{
    public Command Command;
    public Argument* Arguments;
    public int Count;
}
