using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Commands.Memory;

/// <summary>Collects the arguments of one command after the other, off-heap; what a small command takes is kept for the next.</summary>
internal sealed unsafe class ArgumentBuffer
{
    private const int KeptBytesMax = 64 * 1024;
    private const int KeptCountMax = 1024;

    private Argument* _arguments;
    private int _capacity;
    private byte* _bytes;
    private int _used;
    private int _size;
    private bool _hasOwned;

    /// <summary>Number of arguments.</summary>
    public int Count { get; private set; }

    /// <summary>What was added; valid until the next change.</summary>
    public ArgumentList List => new(_arguments, Count);

    /// <summary>Adds a copy of an argument; a large one in a block of its own, which a command may take over.</summary>
    public void Add(ReadOnlySpan<byte> argument)
    {
        if (Count == _capacity) Grow();
        Argument* added = _arguments + Count;
        added->Length = argument.Length;
        added->Hash = 0;
        if (argument.Length >= BigArgument.Threshold)
        {
            added->Bytes = (byte*)NativeMemory.Alloc((nuint)argument.Length + BigArgument.Slack);
            added->Owned = 1;
            _hasOwned = true;
        }
        else
        {
            if (_size - _used < argument.Length + BigArgument.Slack) MakeRoom(argument.Length + BigArgument.Slack);
            added->Bytes = _bytes + _used;
            added->Owned = 0;
            _used += argument.Length;
        }

        argument.CopyTo(new Span<byte>(added->Bytes, argument.Length));
        Count++;
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        if (_hasOwned) FreeOwned();
        Count = _used = 0;
        if (_size <= KeptBytesMax && _capacity <= KeptCountMax) return;
        NativeMemory.Free(_bytes);
        NativeMemory.Free(_arguments);
        _bytes = null;
        _arguments = null;
        _size = _capacity = 0;
    }

    private void FreeOwned()
    {
        _hasOwned = false;
        for (int i = 0; i < Count; i++)
        {
            if (_arguments[i].Owned != 0) NativeMemory.Free(_arguments[i].Bytes);
        }
    }

    private void Grow()
    {
        _capacity = Math.Max(16, _capacity * 2);
        _arguments = (Argument*)NativeMemory.Realloc(_arguments, (nuint)_capacity * (nuint)sizeof(Argument));
    }

    // The bytes move: the arguments that stand in them move along.
    private void MakeRoom(int more)
    {
        byte* old = _bytes;
        _size = Math.Max(_size * 2, _used + more + 1024);
        _bytes = (byte*)NativeMemory.Realloc(_bytes, (nuint)_size);
        if (old == _bytes) return;
        for (int i = 0; i < Count; i++)
        {
            if (_arguments[i].Owned == 0) _arguments[i].Bytes = _bytes + (_arguments[i].Bytes - old);
        }
    }
}
