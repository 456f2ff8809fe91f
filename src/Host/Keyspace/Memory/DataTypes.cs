using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>The registered data types, by id and by name.</summary>
internal sealed unsafe class DataTypes(KeyspaceState state) : IDataTypes
{
    private readonly DataType?[] _byId = new DataType?[Record.TypeIdMax + 1];
    private readonly Dictionary<string, DataType> _byName = new(StringComparer.Ordinal);

    /// <summary>One bit for each id whose type owns memory outside its records.</summary>
    public ulong Owning { get; private set; }

    /// <summary>The id of <see cref="StringType"/>, or -1.</summary>
    public int StringId { get; private set; } = -1;

    /// <summary>Names by id as of now; a new array after each change, so that a snapshot's chunks may keep it.</summary>
    public TypeName[] Names { get; private set; } = new TypeName[Record.TypeIdMax + 1];

    /// <inheritdoc/>
    public IEnumerable<DataType> All => _byName.Values;

    /// <summary>Adds a type and gives it an id.</summary>
    /// <exception cref="ModuleException">The name is taken, or all 63 ids are.</exception>
    public void Register(DataType type)
    {
        Invariant.Check(type.Id == 0, "a data type was registered twice");
        if (_byName.TryGetValue(type.Name, out DataType? present) && !present.IsStandIn)
        {
            throw new ModuleException($"There is a data type {type.Name} already.");
        }

        int id = Array.IndexOf(_byId, null, 1);
        if (id < 0) throw new ModuleException($"Data type {type.Name}: all {Record.TypeIdMax} numbers are in use.");
        type.Id = id;
        _byId[id] = type;
        _byName[type.Name] = type;
        Refresh();
    }

    /// <summary>Takes a type off.</summary>
    /// <returns>False when keys hold it still, or values of it wait to be freed: nothing was changed.</returns>
    public bool Revoke(DataType type)
    {
        if (KeysOf(type) != 0 || state.LazyFree.Holds(type.Id)) return false;
        _byId[type.Id] = null;
        if (_byName.GetValueOrDefault(type.Name) == type) _byName.Remove(type.Name);
        type.Id = 0;
        Refresh();
        return true;
    }

    /// <inheritdoc/>
    public DataType? Find(string name) => _byName.GetValueOrDefault(name);

    /// <inheritdoc/>
    public T? Find<T>() where T : DataType => _byName.Values.OfType<T>().FirstOrDefault();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DataType Of(Entry entry) => _byId[entry.Record->TypeId]!;

    /// <summary>The type of a record's value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DataType Of(Record* record) => _byId[record->TypeId]!;

    /// <summary>Whether the record's type owns memory outside it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Owns(Record* record) => ((Owning >> record->TypeId) & 1) != 0;

    /// <inheritdoc/>
    public long KeysOf(DataType type)
    {
        long keys = 0;
        foreach (DatabaseStore store in state.Stores) keys += store.Content.TypeCounts[type.Id];
        return keys;
    }

    private void Refresh()
    {
        Owning = 0;
        StringId = -1;
        TypeName[] names = new TypeName[_byId.Length];
        for (int id = 0; id < _byId.Length; id++)
        {
            DataType? type = _byId[id];
            if (type == null) continue;
            names[id] = new TypeName(type.Name, type.Version);
            if (type.OwnsMemory) Owning |= 1ul << id;
            if (type is StringType) StringId = id;
        }

        Names = names;
    }
}

/// <summary>A type's name and version.</summary>
internal readonly record struct TypeName(string Name, int Version);
