using System.Runtime.Intrinsics;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Lists.Memory;

/// <summary>
/// The array of a quicklist's nodes: inserting and removing moves the shorter side, 16 bytes a node; finding an element adds counts up.
/// </summary>
internal static unsafe class NodeArray
{
    private const int CapacityMin = 4;

    // Nodes whose counts are added up at a time.
    private const int Stride = 8;

    /// <summary>Makes room for a node at an index and puts it there.</summary>
    public static void Insert(MemoryOwner memory, ref QuicklistRoot root, int index, ListNode node)
    {
        bool front = index < root.Length - index;
        bool hasRoom = front ? root.First > 0 : root.First + root.Length < root.Capacity;
        if (!hasRoom) MakeRoom(memory, ref root, front);
        ListNode* at = root.Nodes + root.First + index;
        if (front)
        {
            Move(root.Nodes + root.First, root.Nodes + root.First - 1, index);
            root.First--;
            at--;
        }
        else
        {
            Move(at, at + 1, root.Length - index);
        }

        *at = node;
        root.Length++;
    }

    /// <summary>Takes nodes out; their blocks were freed before.</summary>
    public static void Remove(MemoryOwner memory, ref QuicklistRoot root, int index, int count)
    {
        ListNode* at = root.Nodes + root.First + index;
        int behind = root.Length - index - count;
        if (index < behind)
        {
            Move(root.Nodes + root.First, root.Nodes + root.First + count, index);
            root.First += count;
        }
        else
        {
            Move(at + count, at, behind);
        }

        root.Length -= count;
        bool isSparse = root.Length < root.Capacity / 4 && root.Capacity > CapacityMin;
        if (isSparse) Resize(memory, ref root, Math.Max(CapacityMin, root.Capacity / 2));
    }

    /// <summary>Gives the array back; the nodes' blocks were freed before.</summary>
    public static void Free(MemoryOwner memory, ref QuicklistRoot root)
    {
        if (root.Nodes != null) memory.Free((byte*)root.Nodes, (long)root.Capacity * sizeof(ListNode));
        root.Nodes = null;
        root.Capacity = root.First = root.Length = 0;
    }

    /// <summary>Bytes of the array.</summary>
    public static long BytesOf(in QuicklistRoot root) => (long)root.Capacity * sizeof(ListNode);

    /// <summary>Finds the node that holds an element, from the nearer end.</summary>
    /// <param name="root">The list.</param>
    /// <param name="index">0 to count - 1.</param>
    /// <returns>The node, and the element's index in it.</returns>
    public static (int Node, int Offset) Locate(in QuicklistRoot root, long index)
        => index < root.Count / 2 ? LocateForwards(root, index) : LocateBackwards(root, root.Count - 1 - index);

    private static (int Node, int Offset) LocateForwards(in QuicklistRoot root, long index)
    {
        ListNode* nodes = root.Nodes + root.First;
        int i = 0;
        while (i + Stride <= root.Length)
        {
            long sum = SumOf(nodes + i);
            if (sum > index) break;
            index -= sum;
            i += Stride;
        }

        for (; index >= nodes[i].Count; i++) index -= nodes[i].Count;
        return (i, (int)index);
    }

    private static (int Node, int Offset) LocateBackwards(in QuicklistRoot root, long fromEnd)
    {
        ListNode* nodes = root.Nodes + root.First;
        int i = root.Length - 1;
        while (i >= Stride)
        {
            long sum = SumOf(nodes + i - Stride + 1);
            if (sum > fromEnd) break;
            fromEnd -= sum;
            i -= Stride;
        }

        for (; fromEnd >= nodes[i].Count; i--) fromEnd -= nodes[i].Count;
        return (i, nodes[i].Count - 1 - (int)fromEnd);
    }

    // A node's second word is its size, its count and its kind.
    private static long SumOf(ListNode* nodes)
    {
        Vector256<ulong> count = Vector256.Create(0ul, 0xFFFF, 0, 0xFFFF);
        Vector256<ulong> sum = Vector256<ulong>.Zero;
        for (int i = 0; i < Stride; i += 2) sum += (Vector256.Load((ulong*)(nodes + i)) >>> 32) & count;
        return (long)Vector256.Sum(sum);
    }

    private static void MakeRoom(MemoryOwner memory, ref QuicklistRoot root, bool front)
    {
        // A queue wanders through the array: while half of it is free, the nodes go back to the middle.
        bool isFull = root.Length > root.Capacity / 2;
        int capacity = isFull ? root.Capacity * 2 : Math.Max(CapacityMin, root.Capacity);
        if (isFull || root.Nodes == null)
        {
            Resize(memory, ref root, capacity);
            return;
        }

        int first = Centred(root.Capacity - root.Length, front);
        Move(root.Nodes + root.First, root.Nodes + first, root.Length);
        root.First = first;
    }

    private static int Centred(int free, bool front) => front ? (free + 1) / 2 : free / 2;

    private static void Resize(MemoryOwner memory, ref QuicklistRoot root, int capacity)
    {
        long bytes = MemoryHeap.UsableSizeOf((long)capacity * sizeof(ListNode));
        capacity = (int)(bytes / sizeof(ListNode));
        ListNode* fresh = (ListNode*)memory.Allocate((long)capacity * sizeof(ListNode));
        int first = (capacity - root.Length) / 2;
        if (root.Nodes != null)
        {
            Move(root.Nodes + root.First, fresh + first, root.Length);
            memory.Free((byte*)root.Nodes, (long)root.Capacity * sizeof(ListNode));
        }

        root.Nodes = fresh;
        root.Capacity = capacity;
        root.First = first;
    }

    private static void Move(ListNode* from, ListNode* to, int count)
    {
        long bytes = (long)count * sizeof(ListNode);
        Buffer.MemoryCopy(from, to, bytes, bytes);
    }
}
