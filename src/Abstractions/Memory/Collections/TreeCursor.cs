namespace ModularKv.Abstractions.Collections;

/// <summary>An item of an <see cref="OrderedTree"/> and a way to its neighbours. Valid until the next call that changes the tree.</summary>
public unsafe ref struct TreeCursor
{
    private readonly TreeNode* root;
    private TreeNode* leaf;
    private int index;

    internal TreeCursor(TreeNode* root, TreeNode* leaf, int index)
    {
        this.root = root;
        this.leaf = leaf;
        this.index = index;
    }

    /// <summary>Whether it stands on an item.</summary>
    public readonly bool IsValid => leaf != null;

    /// <summary>The item's head.</summary>
    public readonly ulong Head => TreeNode.Heads(leaf)[index];

    /// <summary>The item's tail.</summary>
    public readonly ReadOnlySpan<byte> Tail => TreeNode.TailOf(leaf, index);

    /// <summary>The item's payload, for reading and for changing in place.</summary>
    public readonly Span<byte> Payload => new(TreeNode.PayloadOf(leaf, index), leaf->Payload);

    /// <summary>Goes to the next item. False: there was none, the cursor is invalid now.</summary>
    /// <remarks>O(1) within a leaf; from one to the next the way is found from the root, because links between leaves would have to be
    /// written in two cold neighbours whenever a leaf changes its size.</remarks>
    public bool MoveNext()
    {
        if (++index < leaf->Count) return true;
        index = leaf->Count - 1;
        TreeNode* next = Neighbour(1);
        while (next != null && next->Level > 0) next = TreeNode.Children(next)[0].Node;
        leaf = next;
        index = 0;
        return next != null;
    }

    /// <summary>Goes to the item before. False: there was none, the cursor is invalid now. Costs as <see cref="MoveNext"/>.</summary>
    public bool MovePrevious()
    {
        if (--index >= 0) return true;
        index = 0;
        TreeNode* next = Neighbour(-1);
        while (next != null && next->Level > 0) next = TreeNode.Children(next)[next->Count - 1].Node;
        leaf = next;
        index = next == null ? 0 : next->Count - 1;
        return next != null;
    }

    /// <summary>The node beside the deepest ancestor that has one in this direction.</summary>
    private readonly TreeNode* Neighbour(int direction)
    {
        ulong head = Head;
        ReadOnlySpan<byte> tail = Tail;
        TreeNode* neighbour = null;
        TreeNode* node = root;
        while (node->Level > 0)
        {
            int child = TreeNode.ChildFor(node, head, tail);
            int beside = child + direction;
            if ((uint)beside < node->Count) neighbour = TreeNode.Children(node)[beside].Node;
            node = TreeNode.Children(node)[child].Node;
        }

        return neighbour;
    }
}
