using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>One argument of a parsed command: where its bytes stand, and its key hash when the batch has computed it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Argument
{
    public byte* Bytes;
    public int Length;

    /// <summary>1: the bytes are a block of their own that a command may take over (see <see cref="OwnedBytes"/>).</summary>
    public int Owned;

    /// <summary>0: not computed.</summary>
    public ulong Hash;

    public readonly ReadOnlySpan<byte> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Bytes, Length);
    }
}
