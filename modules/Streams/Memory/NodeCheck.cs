using ModularKv.Abstractions.Collections;

namespace ModularKv.Streams.Memory;

/// <summary>Looks at every element of a node from outside. Source: streamValidateListpackIntegrity.</summary>
internal ref struct NodeCheck(ReadOnlySpan<byte> node)
{
    private readonly ReadOnlySpan<byte> _node = node;
    private int _at;

    /// <summary>Whether the bytes make a node whose head counts its entries right.</summary>
    /// <param name="head">What the head says.</param>
    public bool IsWellFormed(out NodeHead head)
    {
        head = default;
        if (!Listpack.IsWellFormed(_node)) return false;
        _at = Listpack.First(_node);
        if (!Take(out long count) || !Take(out long deleted) || !Take(out long fields)) return false;
        if (count < 0 || deleted < 0 || fields < 0 || fields > _node.Length) return false;
        if (!Skip(fields) || !Take(out long mark) || mark != 0) return false;
        head = new NodeHead(count, deleted, (int)fields);
        long live = 0, gone = 0;
        while (_at >= 0)
        {
            if (!TakeEntry(fields, out bool isDeleted)) return false;
            if (isDeleted) gone++;
            else live++;
        }

        return live == count && gone == deleted && live + gone > 0;
    }

    private bool TakeEntry(long masterFields, out bool isDeleted)
    {
        isDeleted = false;

        // Flags are changed in place: one byte.
        if (_node[_at] > (StreamNode.Deleted | StreamNode.SameFields)) return false;
        if (!Take(out long flags) || !Take(out _) || !Take(out _)) return false;
        isDeleted = (flags & StreamNode.Deleted) != 0;
        long elements = masterFields + 3;
        if ((flags & StreamNode.SameFields) == 0)
        {
            if (!Take(out long fields) || fields < 0 || fields > _node.Length || !Skip(fields * 2)) return false;
            elements = (fields * 2) + 4;
        }
        else if (!Skip(masterFields))
        {
            return false;
        }

        return Take(out long stated) && stated == elements;
    }

    private bool Take(out long integer)
    {
        integer = 0;
        if (_at < 0) return false;
        ListpackElement element = Listpack.Take(_node, ref _at);
        integer = element.Integer;
        return element.IsInteger;
    }

    private bool Skip(long elements)
    {
        for (; elements > 0; elements--)
        {
            if (_at < 0) return false;
            _at = Listpack.Next(_node, _at);
        }

        return true;
    }
}
