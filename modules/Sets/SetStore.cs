using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Sets;

/// <summary>Changes sets: the one place that picks an encoding. Source: t_set.c of 7.2.</summary>
internal sealed class SetStore(SetType type, SetLimits limits, MemoryOwner memory)
{
    public SetType Type => type;

    public MemoryOwner Memory => memory;

    public SetLimits Limits => limits;

    /// <summary>Creates an empty set in the encoding that suits its first member.</summary>
    /// <param name="keys">The database.</param>
    /// <param name="key">Must not exist, or hold a set that is replaced.</param>
    /// <param name="first">The member that will be added first.</param>
    /// <param name="members">How many are expected at most; 1 at least.</param>
    public Entry Create(Database keys, scoped in KeyRef key, scoped ReadOnlySpan<byte> first, long members)
    {
        bool isInteger = NumberText.TryParse(first, out _);
        if (isInteger && (limits.IsWithoutListpacks || members <= limits.IntSetEntries))
        {
            Entry entry = keys.Put(key, type, IntSet.HeaderBytes);
            entry.SetEncoding((int)SetEncoding.IntSet);
            IntSet.Initialize(entry.WritableValue);
            return entry;
        }

        if (members <= limits.ListpackEntries)
        {
            Entry entry = keys.Put(key, type, Listpack.EmptyBytes);
            entry.SetEncoding((int)SetEncoding.Listpack);
            Listpack.Initialize(entry.WritableValue);
            return entry;
        }

        return PutTable(keys, key, PackedTable.Create());
    }

    /// <summary>Puts a table under a key; the key owns it from then on.</summary>
    public Entry PutTable(Database keys, scoped in KeyRef key, PackedTable table)
    {
        Entry entry = keys.Put(key, type, SetView.TableBytes);
        entry.SetEncoding((int)SetEncoding.Table);
        entry.Structure<PackedTable>() = table;
        return entry;
    }

    /// <summary>Converts a small set that is about to get so many members at once.</summary>
    public void Expect(Database keys, ref Entry entry, int members)
    {
        if (limits.IsWithoutListpacks) return;
        bool tooMany = (SetEncoding)entry.Encoding switch
        {
            SetEncoding.IntSet => members > limits.IntSetEntries,
            SetEncoding.Listpack => members > limits.ListpackEntries,
            _ => false,
        };
        if (tooMany) ToTable(keys, ref entry);
    }

    /// <summary>Adds a member. False: it was there.</summary>
    /// <param name="keys">The entry's database.</param>
    /// <param name="entry">Opened for writing; may move.</param>
    /// <param name="element">The member and its hash. Must not be in the set's own memory.</param>
    public bool Add(Database keys, ref Entry entry, scoped in KeyRef element)
    {
        ReadOnlySpan<byte> member = element.Bytes;
        switch ((SetEncoding)entry.Encoding)
        {
            case SetEncoding.IntSet:
                return NumberText.TryParse(member, out long integer)
                    ? AddInteger(keys, ref entry, integer)
                    : AddOther(keys, ref entry, member);
            case SetEncoding.Listpack:
                return AddToListpack(keys, ref entry, member);
            default:
                return entry.Structure<PackedTable>().Add(memory, member, element.Hash);
        }
    }

    /// <summary>Removes a member. False: it was not there. A set that becomes empty is to be deleted.</summary>
    public bool Remove(Database keys, ref Entry entry, scoped in KeyRef element)
    {
        ReadOnlySpan<byte> member = element.Bytes;
        switch ((SetEncoding)entry.Encoding)
        {
            case SetEncoding.IntSet:
                if (!NumberText.TryParse(member, out long integer) || !IntSet.Find(entry.Value, integer, out int index)) return false;
                IntSet.RemoveAt(entry.WritableValue, index);
                entry = keys.Resize(entry, entry.ValueLength - IntSet.Width(entry.Value));
                return true;
            case SetEncoding.Listpack:
                int at = Listpack.Find(entry.Value, Listpack.First(entry.Value), member);
                if (at < 0) return false;
                Listpack.Remove(entry.WritableValue, at);
                entry = keys.Resize(entry, Listpack.Bytes(entry.Value));
                return true;
            default:
                ref PackedTable table = ref entry.Structure<PackedTable>();
                return table.Remove(memory, table.Find(member, element.Hash));
        }
    }

    private bool AddInteger(Database keys, ref Entry entry, long integer)
    {
        ReadOnlySpan<byte> value = entry.Value;
        if (IntSet.Find(value, integer, out _)) return false;
        int count = IntSet.Count(value);
        int width = Math.Max(IntSet.Width(value), IntSet.WidthOf(integer));
        entry = keys.Resize(entry, IntSet.Bytes(count + 1, width));
        IntSet.Insert(entry.WritableValue, integer);
        if (count + 1 > limits.IntSetEntries) ToTable(keys, ref entry);
        return true;
    }

    // A member that is no integer, so it is new.
    private bool AddOther(Database keys, ref Entry entry, scoped ReadOnlySpan<byte> member)
    {
        int count = IntSet.Count(entry.Value);
        if (count < limits.ListpackEntries && member.Length <= limits.ListpackValueBytes && DigitsFit(entry.Value, count))
        {
            ToListpack(keys, ref entry, member);
            return true;
        }

        ToTable(keys, ref entry);
        return entry.Structure<PackedTable>().Add(memory, member);
    }

    private bool DigitsFit(ReadOnlySpan<byte> intset, int count)
    {
        if (count == 0) return true;
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        int longest = Math.Max(
            NumberText.Write(digits, IntSet.Get(intset, 0)), NumberText.Write(digits, IntSet.Get(intset, count - 1)));
        return longest <= limits.ListpackValueBytes;
    }

    private bool AddToListpack(Database keys, ref Entry entry, scoped ReadOnlySpan<byte> member)
    {
        ReadOnlySpan<byte> value = entry.Value;
        if (Listpack.Find(value, Listpack.First(value), member) >= 0) return false;
        long bytes = Listpack.Bytes(value) + (long)Listpack.SizeOf(member);
        bool fits = Listpack.Count(value) < limits.ListpackEntries && member.Length <= limits.ListpackValueBytes
            && bytes <= SetLimits.ListpackBytesMax;
        if (fits)
        {
            entry = keys.Resize(entry, bytes);
            Listpack.Append(entry.WritableValue, member);
            return true;
        }

        ToTable(keys, ref entry);
        return entry.Structure<PackedTable>().Add(memory, member);
    }

    private void ToListpack(Database keys, ref Entry entry, scoped ReadOnlySpan<byte> member)
    {
        ReadOnlySpan<byte> intset = entry.Value;
        int count = IntSet.Count(intset);
        int bytes = Listpack.EmptyBytes + Listpack.SizeOf(member);
        for (int i = 0; i < count; i++) bytes += Listpack.SizeOf(IntSet.Get(intset, i));

        // Both forms do not fit into one record, so the new one is made beside it.
        MemoryBlock built = memory.AllocateBlock(bytes);
        Listpack.Initialize(built.Span);
        for (int i = 0; i < count; i++) Listpack.Append(built.Span, IntSet.Get(intset, i));
        Listpack.Append(built.Span, member);
        entry = keys.Resize(entry, bytes);
        built.Span.CopyTo(entry.WritableValue);
        entry.SetEncoding((int)SetEncoding.Listpack);
        memory.FreeBlock(built);
    }

    private void ToTable(Database keys, ref Entry entry)
    {
        PackedTable table = PackedTable.Create();
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetWalk walk = new(SetView.Of(entry));
        while (walk.MoveNext(out SetMember member)) table.Add(memory, member.Text(digits));
        entry = keys.Resize(entry, SetView.TableBytes);
        entry.Structure<PackedTable>() = table;
        entry.SetEncoding((int)SetEncoding.Table);
    }
}
