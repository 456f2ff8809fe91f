using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Hashes.Memory;

namespace ModularKv.Hashes.Encodings;

/// <summary>Goes through the fields of a hash, which must not change meanwhile.</summary>
internal ref struct HashWalk
{
    private readonly ref HashRoot _root;
    private readonly ReadOnlySpan<byte> _pack;
    private readonly int _stride;
    private int _at;
    private TableWalk _walk;

    /// <summary>Stands before the first field, or where another walk stood.</summary>
    /// <param name="entry">The hash.</param>
    /// <param name="position">The other walk's <see cref="Position"/>, if the hash has not changed since.</param>
    public HashWalk(Entry entry, ulong position = 0)
    {
        if (HashReader.IsPacked(entry))
        {
            _pack = entry.Value;
            _stride = HashReader.StrideOf(entry);
            _at = Listpack.First(_pack);
        }
        else
        {
            _root = ref entry.Structure<HashRoot>();
            _walk = new TableWalk(position);
        }
    }

    /// <summary>Where it stands in a table, as <see cref="TableWalk.Position"/>; 0 in packed fields.</summary>
    public readonly ulong Position => _walk.Position;

    /// <summary>The field.</summary>
    public HashField Field { get; private set; }

    /// <summary>Its value, with its time to live.</summary>
    public HashField Value { get; private set; }

    /// <summary>Goes to the next field. False: there is none.</summary>
    public bool MoveNext()
    {
        if (_stride == 0) return MoveInTable();
        if (_at < 0) return false;
        Field = new HashField(Listpack.Take(_pack, ref _at));
        ListpackElement value = Listpack.Take(_pack, ref _at);
        long expireAtMs = _stride == PackedFields.Triplet ? Listpack.Take(_pack, ref _at).Integer : 0;
        Value = new HashField(value, expireAtMs);
        return true;
    }

    private bool MoveInTable()
    {
        if (!_root.Fields.Next(ref _walk, out TableItem item)) return false;
        Field = new HashField(item.Key);
        Value = HashReader.ValueOf(item);
        return true;
    }
}
