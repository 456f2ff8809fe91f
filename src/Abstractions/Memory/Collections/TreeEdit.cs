using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>A node on the way from the root to an item, and which of its items leads on.</summary>
internal unsafe struct TreeStep
{
    public TreeNode* Node;
    public int Index;
}

/// <summary>One change of an <see cref="OrderedTree"/>: the way to its place, then the change and what follows from it upwards.</summary>
internal unsafe ref struct TreeEdit
{
    /// <summary>Longest way: even nodes of 3 children, all tails long, reach 2^63 items.</summary>
    public const int DepthMax = 40;

    private readonly OrderedTree* tree;
    private readonly MemoryOwner memory;
    private readonly TreeStep* path;
    private int leafDepth;

    public TreeEdit(OrderedTree* tree, MemoryOwner memory, TreeStep* path)
    {
        this.tree = tree;
        this.memory = memory;
        this.path = path;
    }

    /// <summary>The item at the way's end.</summary>
    public readonly TreeCursor Cursor => new(tree->Root, path[leafDepth].Node, path[leafDepth].Index);

    /// <summary>Items of the leaf from the way's end on.</summary>
    public readonly int ItemsFromHere => path[leafDepth].Node->Count - path[leafDepth].Index;

    /// <summary>Goes to the key's place; true where it exists.</summary>
    public bool Descend(ulong head, ReadOnlySpan<byte> tail)
    {
        TreeNode* node = tree->Root;
        int depth = 0;
        if (node == null) return false;
        for (; node->Level > 0; depth++)
        {
            int child = TreeNode.ChildFor(node, head, tail);
            path[depth].Node = node;
            path[depth].Index = child;
            TreeNode* next = TreeNode.Children(node)[child].Node;
            if (node->Level == 1) TreeNode.Prefetch(next);
            node = next;
        }

        leafDepth = depth;
        path[depth].Node = node;
        path[depth].Index = TreeNode.LowerBound(node, head, tail, out bool found);
        return found;
    }

    /// <summary>Goes behind the last item.</summary>
    public void DescendToEnd()
    {
        TreeNode* node = tree->Root;
        int depth = 0;
        if (node == null) return;
        for (; node->Level > 0; depth++)
        {
            path[depth].Node = node;
            path[depth].Index = node->Count - 1;
            node = TreeNode.Children(node)[node->Count - 1].Node;
        }

        leafDepth = depth;
        path[depth].Node = node;
        path[depth].Index = node->Count;
    }

    /// <summary>Goes to the item of that rank, which exists.</summary>
    public void DescendToRank(long rank)
    {
        TreeNode* node = tree->Root;
        int depth = 0;
        for (; node->Level > 0; depth++)
        {
            TreeChild* children = TreeNode.Children(node);
            int child = 0;
            for (; rank >= children[child].Items; child++) rank -= children[child].Items;
            path[depth].Node = node;
            path[depth].Index = child;
            node = children[child].Node;
        }

        leafDepth = depth;
        path[depth].Node = node;
        path[depth].Index = (int)rank;
    }

    /// <summary>Adds an item at the way's end, which then leads to it.</summary>
    public void Insert(ulong head, ReadOnlySpan<byte> tail)
    {
        if (tree->Root == null) BeginLeaf(tail);
        for (int i = 0; i < leafDepth; i++) TreeNode.Children(path[i].Node)[path[i].Index].Items++;
        tree->Items++;
        InsertAt(leafDepth, path[leafDepth].Index, head, tail, null);
    }

    /// <summary>Removes so many items of the leaf from the way's end on.</summary>
    public void Remove(int count)
    {
        for (int i = 0; i < leafDepth; i++) TreeNode.Children(path[i].Node)[path[i].Index].Items -= count;
        tree->Items -= count;
        RemoveAt(leafDepth, path[leafDepth].Index, count);
    }

    /// <summary>Moves the leaf at the way's end, with the nodes above that it is the first of, to better places.</summary>
    /// <returns>Number of blocks looked at.</returns>
    public readonly int MoveBlocks()
    {
        int looked = 0;
        for (int depth = leafDepth; depth >= 0; depth--)
        {
            if (depth < leafDepth && path[depth].Index != 0) break;
            TreeNode* node = path[depth].Node;
            for (int i = 0; i < node->Count; i++)
            {
                if (!TreeNode.IsOuter(node, i)) continue;
                MemoryBlock block = TreeNode.OuterBlock(node, i, out byte* place);
                looked++;
                byte* moved = (byte*)block.Address;
                if (TryMove(ref moved)) *(byte**)place = moved;
                if (memory.TryMove(ref moved)) *(byte**)place = moved;
            }

            looked++;
            byte* self = (byte*)node;
            if (TryMove(ref self)) Relink(depth, (TreeNode*)self);
            if (memory.TryMove(ref self)) Relink(depth, (TreeNode*)self);
        }

        return looked;
    }

    private void BeginLeaf(ReadOnlySpan<byte> tail)
    {
        int bytes = TreeNode.EmptyBytes + TreeNode.ItemBytes(tree->PayloadBytes, tail.Length);
        tree->Root = TreeBlocks.New(tree, memory, 0, bytes);
        leafDepth = 0;
        path[0].Node = tree->Root;
        path[0].Index = 0;
    }

    private void InsertAt(int depth, int index, ulong head, ReadOnlySpan<byte> tail, byte* payload)
    {
        TreeNode* node = path[depth].Node;
        int bytes = node->Bytes + TreeNode.ItemBytes(node->Payload, tail.Length);
        if (node->Count >= node->ItemsMax || bytes > TreeNode.BytesMax)
        {
            Split(depth, index, head, tail, payload);
            return;
        }

        TreeNode* now = TreeBlocks.Place(tree, memory, node, index, head, tail, payload);
        if (now != node) Relink(depth, now);
        path[depth].Index = index;
    }

    private void Split(int depth, int index, ulong head, ReadOnlySpan<byte> tail, byte* payload)
    {
        TreeNode* left = path[depth].Node;
        TreeNode* right;
        int count = left->Count;
        int at = SplitPoint(depth, index);
        int room = TreeNode.EmptyBytes + TreeNode.ItemBytes(left->Payload, tail.Length);
        if (at == count)
        {
            right = TreeBlocks.New(tree, memory, left->Level, room);
        }
        else if (at == 0)
        {
            right = left;
            left = TreeBlocks.New(tree, memory, right->Level, room);
        }
        else
        {
            right = TreeBlocks.Part(tree, memory, left, at, count - at);
            TreeNode.Cut(left, at, count - at);
            left = TreeBlocks.Shrink(tree, memory, left, whole: true);
        }

        bool toRight = at == count || index > at;
        if (toRight) right = TreeBlocks.Place(tree, memory, right, index - at, head, tail, payload);
        else left = TreeBlocks.Place(tree, memory, left, index, head, tail, payload);
        path[depth].Node = toRight ? right : left;
        path[depth].Index = toRight ? index - at : index;
        LinkHalves(depth, left, right);
        if (right->Level > 0) SetKey(right, 0, 0, default);
    }

    /// <summary>Makes two nodes of the one that the parent knows.</summary>
    private void LinkHalves(int depth, TreeNode* left, TreeNode* right)
    {
        ReadOnlySpan<byte> bound = LowerBoundOf(left, right, out ulong head);
        TreeChild first = new() { Node = left, Items = TreeNode.ItemsBelow(left) };
        TreeChild second = new() { Node = right, Items = TreeNode.ItemsBelow(right) };
        if (depth > 0)
        {
            TreeNode.Children(path[depth - 1].Node)[path[depth - 1].Index] = first;
            InsertAt(depth - 1, path[depth - 1].Index + 1, head, bound, (byte*)&second);
            return;
        }

        int bytes = TreeNode.EmptyBytes + TreeNode.ItemBytes(TreeNode.ChildBytes, 0);
        bytes += TreeNode.ItemBytes(TreeNode.ChildBytes, bound.Length);
        TreeNode* root = TreeBlocks.New(tree, memory, left->Level + 1, bytes);
        root = TreeBlocks.Place(tree, memory, root, 0, 0, default, (byte*)&first);
        tree->Root = TreeBlocks.Place(tree, memory, root, 1, head, bound, (byte*)&second);
    }

    /// <summary>The shortest key above the left node and not above the right one.</summary>
    private static ReadOnlySpan<byte> LowerBoundOf(TreeNode* left, TreeNode* right, out ulong head)
    {
        head = TreeNode.Heads(right)[0];
        ReadOnlySpan<byte> tail = TreeNode.TailOf(right, 0);
        if (right->Level > 0) return tail;
        int last = left->Count - 1;
        if (TreeNode.Heads(left)[last] != head) return default;
        return tail[..(tail.CommonPrefixLength(TreeNode.TailOf(left, last)) + 1)];
    }

    private readonly int SplitPoint(int depth, int index)
    {
        TreeNode* node = path[depth].Node;
        int count = node->Count;

        // Growing at an end must leave full nodes behind.
        if (index == count && IsLast(depth)) return count;
        if (index == 0 && IsFirst(depth)) return 0;
        int fixedBytes = TreeNode.ItemBytes(node->Payload, 0);
        int half = (count * fixedBytes + node->TailBytes) / 2;
        int at = count / 2;
        while (at > 1 && at * fixedBytes + TreeNode.StartOf(node, at) > half) at--;
        while (at < count - 1 && at * fixedBytes + TreeNode.StartOf(node, at) < half) at++;
        return at;
    }

    private readonly bool IsLast(int depth)
    {
        for (int i = 0; i < depth; i++)
        {
            if (path[i].Index != path[i].Node->Count - 1) return false;
        }

        return true;
    }

    private readonly bool IsFirst(int depth)
    {
        if (depth != leafDepth) return false;
        for (int i = 0; i < depth; i++)
        {
            if (path[i].Index != 0) return false;
        }

        return true;
    }

    private readonly void Relink(int depth, TreeNode* node)
    {
        path[depth].Node = node;
        if (depth == 0) tree->Root = node;
        else TreeNode.Children(path[depth - 1].Node)[path[depth - 1].Index].Node = node;
    }

    /// <summary>Removes items of a node, then the node itself where it is empty, or joins it with a neighbour.</summary>
    private readonly void RemoveAt(int depth, int index, int count)
    {
        TreeNode* node = path[depth].Node;
        TreeBlocks.FreeTails(tree, memory, node, index, count);
        if (count == node->Count)
        {
            TreeBlocks.FreeNode(tree, memory, node);
            if (depth == 0) tree->Root = null;
            else RemoveAt(depth - 1, path[depth - 1].Index, 1);
            return;
        }

        TreeNode.Cut(node, index, count);
        if (index == 0 && node->Level > 0) SetKey(node, 0, 0, default);
        TreeNode* now = TreeBlocks.Shrink(tree, memory, node, whole: false);
        if (now != node) Relink(depth, now);
        if (depth == 0) LowerRoot();
        else if (now->Count < now->ItemsMax / 4) JoinWithNeighbour(depth);
    }

    /// <summary>Joins a node with few items with a neighbour that has few, too; what is left has room for as much again.</summary>
    private readonly void JoinWithNeighbour(int depth)
    {
        TreeNode* parent = path[depth - 1].Node;
        int index = path[depth - 1].Index;
        int right = index > 0 && MayJoin(parent, index - 1) ? index : index + 1;
        if (right == index + 1 && (right == parent->Count || !MayJoin(parent, index))) return;

        TreeChild* children = TreeNode.Children(parent);
        TreeNode* second = children[right].Node;
        if (second->Level > 0)
        {
            second = SetKey(second, 0, TreeNode.Heads(parent)[right], TreeNode.TailOf(parent, right));
        }

        children[right - 1].Node = TreeBlocks.Join(tree, memory, children[right - 1].Node, second);
        children[right - 1].Items += children[right].Items;
        RemoveAt(depth - 1, right, 1);
    }

    /// <summary>Gives a child another key; the node may move when that is longer.</summary>
    private readonly TreeNode* SetKey(TreeNode* node, int index, ulong head, ReadOnlySpan<byte> tail)
    {
        TreeChild child = TreeNode.Children(node)[index];
        TreeBlocks.FreeTails(tree, memory, node, index, 1);
        TreeNode.Cut(node, index, 1);
        return TreeBlocks.Place(tree, memory, node, index, head, tail, (byte*)&child);
    }

    private static bool MayJoin(TreeNode* parent, int left)
    {
        TreeChild* children = TreeNode.Children(parent);
        if (parent->Level == 1 && children[left].Items + children[left + 1].Items > TreeNode.LeafItemsMax / 2) return false;
        TreeNode* first = children[left].Node;
        TreeNode* second = children[left + 1].Node;
        return first->Count + second->Count <= first->ItemsMax / 2
            && first->Bytes + second->Bytes + TreeNode.InlineBytes(TreeNode.TailOf(parent, left + 1).Length) <= TreeNode.BytesMax / 2;
    }

    /// <summary>A root of one child is none.</summary>
    private readonly void LowerRoot()
    {
        while (tree->Root->Level > 0 && tree->Root->Count == 1)
        {
            TreeNode* root = tree->Root;
            tree->Root = TreeNode.Children(root)[0].Node;
            TreeBlocks.FreeTails(tree, memory, root, 0, 1);
            TreeBlocks.FreeNode(tree, memory, root);
        }
    }

    /// <summary>Moves a block to a fuller page. False: it stays.</summary>
    private readonly bool TryMove(ref byte* block) => memory.TryMove(ref block);
}
