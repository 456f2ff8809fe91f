using ModularKv.Abstractions.Memory;

namespace ModularKv.Streams.Memory;

/// <summary>The consumer groups of a stream, in the order of their names.</summary>
internal readonly unsafe ref struct GroupTable
{
    private readonly AddressList* _list;
    private readonly MemoryOwner _memory;

    public GroupTable(AddressList* list, MemoryOwner memory)
    {
        _list = list;
        _memory = memory;
    }

    /// <summary>How many there are.</summary>
    public int Count => _list->Count;

    /// <summary>The group at an index.</summary>
    public StreamGroup this[int index] => new((*_list)[index]);

    /// <summary>The group of that name, or none.</summary>
    public StreamGroup Find(ReadOnlySpan<byte> name)
    {
        int index = NamedBlock.Find(*_list, name);
        return new StreamGroup(index < 0 ? 0 : (*_list)[index]);
    }

    /// <summary>Adds a group.</summary>
    /// <returns>False: there is one of that name.</returns>
    public bool TryAdd(ReadOnlySpan<byte> name, StreamId lastId, long entriesRead, out StreamGroup group)
    {
        int index = NamedBlock.Find(*_list, name);
        group = default;
        if (index >= 0) return false;
        group = StreamGroup.Create(_memory, name, lastId, entriesRead);
        _list->Insert(_memory, ~index, group.Address);
        return true;
    }

    /// <summary>Removes a group with all it holds.</summary>
    public void Remove(StreamGroup group)
    {
        _list->RemoveAt(_memory, NamedBlock.Find(*_list, group.Name));
        int blocks = int.MaxValue;
        group.FreeSome(_memory, ref blocks);
    }
}
