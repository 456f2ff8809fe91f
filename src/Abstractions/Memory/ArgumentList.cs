using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions;

/// <summary>The arguments of a command, its name first. Borrowed: valid during the call that handed it over.</summary>
public readonly unsafe ref struct ArgumentList
{
    private readonly Argument* _first;

    internal ArgumentList(Argument* first, int count)
    {
        _first = first;
        Count = count;
    }

    /// <summary>Number of arguments, the name included.</summary>
    public int Count { get; }

    internal Argument* First => _first;

    /// <summary>The bytes of an argument. Binary-safe, any length.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((uint)index >= (uint)Count) Invariant.Fail("argument index out of range");
            return _first[index].Span;
        }
    }

    /// <summary>Whether the argument equals <paramref name="word"/> (lower case ASCII), ignoring case.</summary>
    public bool Is(int index, ReadOnlySpan<byte> word) => index < Count && Words.EqualsIgnoreCase(this[index], word);

    /// <summary>The arguments from <paramref name="start"/> on.</summary>
    public ArgumentList Slice(int start)
    {
        Invariant.Check((uint)start <= (uint)Count, "argument slice out of range");
        return new(_first + start, Count - start);
    }
}
