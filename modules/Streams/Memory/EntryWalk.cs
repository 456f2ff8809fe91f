using ModularKv.Abstractions.Collections;

namespace ModularKv.Streams.Memory;

/// <summary>
/// A walk over the entries of a range, in either direction. Valid until the stream is changed. Start with <see cref="MoveNext"/>.
/// </summary>
internal unsafe ref struct EntryWalk
{
    private readonly StreamRoot* _root;
    private readonly StreamId _from;
    private readonly StreamId _to;
    private readonly bool _isReverse;
    private readonly bool _showsDeleted;
    private TreeCursor _cursor;
    private Stage _stage;
    private ReadOnlySpan<byte> _node;
    private StreamId _first;
    private int _masterFields;
    private int _masterStart;
    private int _at;
    private int _toSkip;
    private int _fieldAt;

    /// <param name="root">The stream.</param>
    /// <param name="from">The smallest id, itself included.</param>
    /// <param name="to">The largest id, itself included.</param>
    /// <param name="isReverse">From the largest to the smallest.</param>
    /// <param name="showsDeleted">Deleted entries too.</param>
    public EntryWalk(StreamRoot* root, StreamId from, StreamId to, bool isReverse, bool showsDeleted)
    {
        _root = root;
        _from = from;
        _to = to;
        _isReverse = isReverse;
        _showsDeleted = showsDeleted;
        _at = -1;
    }

    private enum Stage
    {
        Start,
        Sealed,
        Tail,
        End,
    }

    /// <summary>The entry's id.</summary>
    public StreamId Id { get; private set; }

    /// <summary>Its fields.</summary>
    public int Pairs { get; private set; }

    /// <summary>Whether its fields are the master entry's, so that <see cref="Values"/> reads them all.</summary>
    public bool HasMasterFields { get; private set; }

    /// <summary>Where its flags stand in its node.</summary>
    public int FlagsAt { get; private set; }

    /// <summary>Whether its node is the last one.</summary>
    public readonly bool IsInTail => _stage == Stage.Tail;

    /// <summary>The first id of its node.</summary>
    public readonly StreamId NodeId => _first;

    /// <summary>The node's listpack.</summary>
    public readonly ReadOnlySpan<byte> Node => _node;

    /// <summary>Where the master fields of its node begin.</summary>
    public readonly int MasterFieldsAt => _masterStart;

    /// <summary>The node's block, where the node is in the tree.</summary>
    public readonly NodeBlock SealedBlock => NodeBlock.Read(_cursor.Payload);

    /// <summary>Goes to the next entry of the range. False: there is none.</summary>
    public bool MoveNext() => _isReverse ? MoveBack() : MoveForward();

    /// <summary>Reads the next field with its value; call it <see cref="Pairs"/> times at most.</summary>
    public void Read(out ListpackElement field, out ListpackElement value)
    {
        if (HasMasterFields)
        {
            field = Listpack.Take(_node, ref _fieldAt);
            _toSkip--;
        }
        else
        {
            field = Listpack.Take(_node, ref _at);
            _toSkip -= 2;
        }

        value = Listpack.Take(_node, ref _at);
    }

    /// <summary>Reads the next value only, where the fields are the master entry's.</summary>
    public ListpackElement ReadValue()
    {
        _toSkip--;
        return Listpack.Take(_node, ref _at);
    }

    private bool MoveForward()
    {
        // The elements of the entry before that were not read, and its number of elements.
        if (_at >= 0)
        {
            for (; _toSkip > 0; _toSkip--) _at += Listpack.LengthAt(_node, _at);
            _at = Listpack.Next(_node, _at);
        }

        while (true)
        {
            if (_at < 0)
            {
                if (!NextNode()) return false;
                _at = StreamNode.FirstEntry(_node, _masterStart, _masterFields);
                continue;
            }

            bool isDeleted = ReadEntry();
            if (Id > _to)
            {
                // A deleted entry behind the range ends it as well.
                _stage = Stage.End;
                _at = -1;
                return false;
            }

            if (Id >= _from && (!isDeleted || _showsDeleted)) return true;
            for (; _toSkip > 0; _toSkip--) _at += Listpack.LengthAt(_node, _at);
            _at = Listpack.Next(_node, _at);
        }
    }

    private bool MoveBack()
    {
        // Where the entry began: before it stands the number of elements of the one before.
        if (_at >= 0) _at = Listpack.Previous(_node, FlagsAt);
        while (true)
        {
            if (_at < 0)
            {
                if (!NextNode()) return false;
                _at = Listpack.Last(_node);
            }

            long elements = Listpack.Get(_node, _at).Integer;
            if (elements == 0)
            {
                // The mark behind the master entry.
                _at = -1;
                continue;
            }

            for (; elements > 0; elements--) _at = Listpack.Previous(_node, _at);
            bool isDeleted = ReadEntry();
            if (Id < _from)
            {
                _stage = Stage.End;
                _at = -1;
                return false;
            }

            if (Id <= _to && (!isDeleted || _showsDeleted)) return true;
            _at = Listpack.Previous(_node, FlagsAt);
        }
    }

    // Reads what stands before fields and values. True: the entry is deleted.
    private bool ReadEntry()
    {
        int at = _at;
        FlagsAt = at;
        long flags = Integer(ref at);
        long ms = Integer(ref at);
        long seq = Integer(ref at);
        Id = StreamNode.Add(_first, ms, seq);
        HasMasterFields = (flags & StreamNode.SameFields) != 0;
        if (HasMasterFields)
        {
            Pairs = _masterFields;
            _toSkip = Pairs;
            _fieldAt = _masterStart;
        }
        else
        {
            Pairs = (int)Integer(ref at);
            _toSkip = Pairs * 2;
        }

        _at = at;
        return (flags & StreamNode.Deleted) != 0;
    }

    private readonly long Integer(ref int at)
    {
        byte first = _node[at];
        if (first < 0x80)
        {
            at += 2;
            return first;
        }

        return Listpack.Take(_node, ref at).Integer;
    }

    private bool NextNode()
    {
        switch (_stage)
        {
            case Stage.Start:
                Begin();
                break;
            case Stage.Sealed when _isReverse:
                if (!_cursor.MovePrevious()) _stage = Stage.End;
                break;
            case Stage.Sealed:
                if (!_cursor.MoveNext()) _stage = Stage.Tail;
                break;
            case Stage.Tail when _isReverse && _root->Nodes.Count > 0:
                _stage = Stage.Sealed;
                _cursor = _root->Nodes.Last();
                break;
            default:
                _stage = Stage.End;
                break;
        }

        if (_stage == Stage.End) return false;
        if (_stage == Stage.Tail)
        {
            _node = new NodeBlock(_root->Tail, _root->TailCapacity).Span;
            _first = _root->TailId;
        }
        else
        {
            _node = NodeBlock.Read(_cursor.Payload).Span;
            _first = StreamId.FromTree(_cursor.Head, _cursor.Tail);
        }

        _masterStart = StreamNode.ReadHead(_node, out NodeHead head);
        _masterFields = head.Fields;
        return true;
    }

    // The node in which the range begins: the last one whose first id is not above.
    private void Begin()
    {
        StreamId edge = _isReverse ? _to : _from;
        _stage = Stage.End;
        if (_root->Tail == 0 || _from > _to) return;
        if (_root->Nodes.Count == 0 || _root->TailId <= edge)
        {
            _stage = Stage.Tail;
            return;
        }

        _stage = Stage.Sealed;
        if (edge.IsZero)
        {
            _cursor = _root->Nodes.First();
            return;
        }

        Span<byte> tail = stackalloc byte[StreamId.TailBytes];
        edge.WriteTail(tail);
        _cursor = _root->Nodes.Seek(edge.Ms, tail);
        if (!_cursor.IsValid)
        {
            _cursor = _root->Nodes.Last();
        }
        else if (StreamId.FromTree(_cursor.Head, _cursor.Tail) != edge && !_cursor.MovePrevious())
        {
            // All nodes are above: nothing on the way back, the first one on the way forward.
            if (_isReverse) _stage = Stage.End;
            else _cursor = _root->Nodes.First();
        }
    }
}
