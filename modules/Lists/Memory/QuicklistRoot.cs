using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModularKv.Lists.Memory;

/// <summary>What a node's block holds.</summary>
[Flags]
internal enum NodeKind : ushort
{
    /// <summary>A listpack.</summary>
    Packed = 0,

    /// <summary>One element's bytes and nothing else.</summary>
    Plain = 1,

    /// <summary><c>u32 bytes before compression | LZF</c> of what it would hold otherwise.</summary>
    Compressed = 2,

    /// <summary>Compression was tried on the present content and did not pay.</summary>
    Incompressible = 4,
}

/// <summary>One node of a quicklist. Its block belongs to the list.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ListNode
{
    /// <summary>The block.</summary>
    public byte* Block;

    /// <summary>Bytes of the block. Plain and compressed nodes fill theirs; a listpack may leave room.</summary>
    public int Size;

    /// <summary>Number of elements. Limits on a node's bytes keep it far below 65,535.</summary>
    public ushort Count;

    /// <summary>What the block holds.</summary>
    public NodeKind Kind;

    /// <summary>Whether the block holds one bare element (when it is not compressed).</summary>
    public readonly bool IsPlain => (Kind & NodeKind.Plain) != 0;

    /// <summary>Whether the block must be decompressed first.</summary>
    public readonly bool IsCompressed => (Kind & NodeKind.Compressed) != 0;
}

/// <summary>
/// A list of nodes, as it stands in a key's record: an array of nodes with room at both of its ends, and what Redis fixes for a list
/// when it is made.
/// </summary>
/// <remarks>
/// Only the first node's listpack may begin behind its block's beginning (<see cref="HeadGap"/>): so neither pushing to the front nor
/// popping from it moves what is there.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct QuicklistRoot
{
    /// <summary>Bytes of the structure.</summary>
    public const int Bytes = 40;

    /// <summary>The array; null while there is none.</summary>
    public ListNode* Nodes;

    /// <summary>Elements of all nodes.</summary>
    public long Count;

    /// <summary>Places in the array.</summary>
    public int Capacity;

    /// <summary>The first place in use.</summary>
    public int First;

    /// <summary>Number of nodes.</summary>
    public int Length;

    /// <summary>Bytes in the first node's block before its listpack.</summary>
    public int HeadGap;

    /// <summary>list-max-listpack-size when the list became one of nodes.</summary>
    public short Fill;

    /// <summary>list-compress-depth when the list became one of nodes.</summary>
    public ushort Depth;

    /// <summary>A node.</summary>
    public readonly ref ListNode this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Nodes[First + index];
    }

    /// <summary>Where a node's content begins, if it is not compressed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly byte* StartOf(int index) => this[index].Block + (index == 0 ? HeadGap : 0);
}
