using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Lists;

/// <summary>Goes from element to element, through all nodes. The list must not change meanwhile.</summary>
internal ref struct ElementWalk
{
    private readonly ListStore _store;
    private readonly Entry _entry;
    private readonly int _nodes;
    private readonly bool _backwards;
    private NodeView _view;
    private int _at;

    /// <summary>Stands before the first element of a node.</summary>
    public ElementWalk(ListStore store, Entry entry, int node)
        : this(store, entry) => Node = node - 1;

    /// <summary>Stands before the first element, or, going backwards, behind the last.</summary>
    public ElementWalk(ListStore store, Entry entry, bool backwards = false)
    {
        _store = store;
        _entry = entry;
        _nodes = ListStore.NodeCount(entry);
        _backwards = backwards;
        _at = -1;
        Node = backwards ? _nodes : -1;
    }

    /// <summary>The node of the present element.</summary>
    public int Node { get; private set; }

    /// <summary>Its index in the node.</summary>
    public int Offset { get; private set; }

    /// <summary>The present element.</summary>
    public readonly ListElement Current
        => _view.IsPlain ? new ListElement(_view.Bytes) : new ListElement(Listpack.Get(_view.Bytes, _at));

    /// <summary>Whether the present element is that text.</summary>
    public readonly bool Is(in Needle needle)
        => _view.IsPlain ? needle.Is(_view.Bytes) : needle.Is(Listpack.Get(_view.Bytes, _at));

    /// <summary>Goes to the next element.</summary>
    /// <returns>False: there is none.</returns>
    public bool Next()
    {
        int step = _backwards ? -1 : 1;
        if (_at >= 0 && !_view.IsPlain) _at = _backwards ? Listpack.Previous(_view.Bytes, _at) : Listpack.Next(_view.Bytes, _at);
        else _at = -1;
        while (_at < 0)
        {
            Node += step;
            if ((uint)Node >= (uint)_nodes) return false;
            _view = _store.Node(_entry, Node);
            Offset = _backwards ? _view.Count : -1;
            _at = _view.IsPlain ? 0 : _backwards ? Listpack.Last(_view.Bytes) : Listpack.First(_view.Bytes);
        }

        Offset += step;
        return true;
    }
}
