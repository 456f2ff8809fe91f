using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Sets.Persistence;

/// <summary>Sets in snapshots: written so that Redis 7.0 reads them, unless newer forms are wanted, read in every form there is.</summary>
/// <remarks>Source: rdb.c.</remarks>
internal sealed class SetRdb(SetStore store)
{
    /// <summary>A number of members, then the members.</summary>
    public const byte Strings = 2;

    /// <summary>An intset in a string.</summary>
    public const byte IntSet = 11;

    /// <summary>A listpack in a string; since 7.2.</summary>
    public const byte Listpack = 20;

    private const int VersionOfListpack = 11;

    private readonly SetDraft _draft = new(store);
    private readonly SetPacking _packing = new(store);

    /// <summary>Writes a set, or the next piece of a large one.</summary>
    public static bool Save(Entry value, ValueWriter writer, ref ulong position)
    {
        SetView set = SetView.Of(value);
        if (set.Encoding == SetEncoding.IntSet)
        {
            writer.RdbType(IntSet);
            writer.String(value.Value);
            return true;
        }

        if (set.Encoding == SetEncoding.Listpack && writer.RdbVersion >= VersionOfListpack)
        {
            writer.RdbType(Listpack);
            writer.String(value.Value);
            return true;
        }

        if (position == 0)
        {
            writer.RdbType(Strings);
            writer.Length((ulong)set.Count);
        }

        if (set.Encoding == SetEncoding.Listpack)
        {
            Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
            SetWalk walk = new(set);
            while (walk.MoveNext(out SetMember member)) writer.String(member.Text(digits));
            return true;
        }

        TableWalk table = new(position);
        while (writer.Written < ValuePiece.Bytes)
        {
            if (!set.Table.Next(ref table, out TableItem item)) return true;
            writer.String(item.Key);
        }

        position = table.Position;
        return false;
    }

    /// <summary>Reads a set and puts it under the key.</summary>
    /// <exception cref="ValueFormatException">The bytes make no set; nothing was put.</exception>
    public Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key)
    {
        try
        {
            switch (rdbType)
            {
                case Strings:
                    if (TryReadPacked(reader, out ulong left, database, key, out Entry packed)) return packed;
                    ReadStrings(reader, left);
                    break;
                case IntSet:
                    ReadOnlySpan<byte> integers = reader.String();
                    if (TryTakeWhole(integers, database, key, out Entry whole)) return whole;
                    ReadIntSet(integers);
                    break;
                case Listpack: ReadListpack(reader.String()); break;
                default: throw new ValueFormatException($"RDB type {rdbType} is no set");
            }

            if (_draft.Count == 0) throw new ValueFormatException("a set without members") { IsEmpty = rdbType != IntSet };
            return _draft.Store(database, key);
        }
        finally
        {
            _draft.Discard();
        }
    }

    // Intsets are kept byte for byte as Redis has them.
    private bool TryTakeWhole(ReadOnlySpan<byte> bytes, Database database, scoped in KeyRef key, out Entry entry)
    {
        entry = default;
        if (!Sets.IntSet.IsWellFormed(bytes)) throw new ValueFormatException("an intset whose lengths or order are wrong");
        int count = Sets.IntSet.Count(bytes);
        if (count == 0 || count > store.Limits.IntSetEntries) return false;
        entry = database.Put(key, store.Type, bytes.Length);
        bytes.CopyTo(entry.WritableValue);
        entry.SetEncoding((int)SetEncoding.IntSet);
        return true;
    }

    // What was read without becoming a listpack is in the draft.
    private bool TryReadPacked(ValueReader reader, out ulong left, Database database, scoped in KeyRef key, out Entry entry)
    {
        entry = default;
        left = reader.Length();
        if (left is 0 or > SetPacking.MembersMax) return false;
        int read = _packing.Read(reader, (int)left, database, key, out entry, out ReadOnlySpan<byte> next);
        left -= (ulong)read;
        if (!entry.IsMissing) return true;
        AddAll(_packing.Members);
        if (left == 0) return false;
        left--;
        Add(next);
        return false;
    }

    private void ReadStrings(ValueReader reader, ulong count)
    {
        for (ulong left = count; left > 0; left--) Add(reader.String());
    }

    private void ReadIntSet(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        int count = Sets.IntSet.Count(bytes);
        for (int i = 0; i < count; i++) Add(digits[..NumberText.Write(digits, Sets.IntSet.Get(bytes, i))]);
    }

    private void ReadListpack(ReadOnlySpan<byte> bytes)
    {
        if (!Abstractions.Collections.Listpack.IsWellFormed(bytes)) throw new ValueFormatException("a listpack whose lengths are wrong");
        _draft.KeepFromIntegers();
        AddAll(bytes);
    }

    private void AddAll(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        int at = Abstractions.Collections.Listpack.First(bytes);
        while (at >= 0) Add(Abstractions.Collections.Listpack.Take(bytes, ref at).Text(digits));
    }

    private void Add(ReadOnlySpan<byte> member)
    {
        if (!_draft.Add(member)) throw new ValueFormatException("a set with a member twice");
    }
}
