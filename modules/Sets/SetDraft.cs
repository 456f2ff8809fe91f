using System.Buffers;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Sets;

/// <summary>
/// A set under construction, under no key yet: the result of SUNIONSTORE, a value being loaded. Keeps in mind what the members have been,
/// because that decides about the encoding. One object serves for ever, for one result at a time.
/// </summary>
internal sealed class SetDraft(SetStore store)
{
    private PackedTable _table = PackedTable.Create();
    private bool _anyText;
    private int _longest;
    private long _most;

    /// <summary>Members so far.</summary>
    public long Count => _table.Count;

    /// <summary>The result must not become an intset, even if it could.</summary>
    public void KeepFromIntegers() => _anyText = true;

    /// <summary>Adds a member. False: it was there.</summary>
    public bool Add(ReadOnlySpan<byte> member)
    {
        if (!_table.Add(store.Memory, member)) return false;
        if (!_anyText) _anyText = !NumberText.TryParse(member, out _);
        _longest = Math.Max(_longest, member.Length);
        _most = Math.Max(_most, _table.Count);
        return true;
    }

    /// <summary>Adds all members of a set.</summary>
    public void AddAll(SetView set)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetWalk walk = new(set);
        while (walk.MoveNext(out SetMember member)) Add(member.Text(digits));
    }

    /// <summary>Removes all members of a set. The encoding stays the one that the larger set needed, as in Redis.</summary>
    public void RemoveAll(SetView set)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetWalk walk = new(set);
        while (walk.MoveNext(out SetMember member)) _table.Remove(store.Memory, member.Text(digits));
    }

    /// <summary>Replies the members as elements; the header is the caller's.</summary>
    public void Reply(ReplyWriter reply)
    {
        TableWalk walk = default;
        while (_table.Next(ref walk, out TableItem item)) reply.Bulk(item.Key);
    }

    /// <summary>Forgets the members.</summary>
    public void Discard()
    {
        _table.Free(store.Memory);
        Reset();
    }

    /// <summary>Puts the set under a key, whatever the key held, and forgets it. There must be a member.</summary>
    /// <param name="keys">The database.</param>
    /// <param name="key">The key.</param>
    /// <param name="ttl">What becomes of the time to live.</param>
    public Entry Store(Database keys, scoped in KeyRef key, Ttl ttl = Ttl.Clear)
    {
        SetLimits limits = store.Limits;
        Entry entry;
        if (!_anyText && _most <= limits.IntSetEntries)
        {
            entry = StoreIntegers(keys, key, ttl);
        }
        else if (_anyText && _most <= limits.ListpackEntries && _longest <= limits.ListpackValueBytes)
        {
            entry = StoreListpack(keys, key, ttl);
        }
        else
        {
            entry = keys.Put(key, store.Type, SetView.TableBytes, ttl);
            entry.SetEncoding((int)SetEncoding.Table);
            entry.Structure<PackedTable>() = _table;
            Reset();
            return entry;
        }

        Discard();
        return entry;
    }

    private Entry StoreIntegers(Database keys, scoped in KeyRef key, Ttl ttl)
    {
        int count = (int)_table.Count;
        long[] integers = ArrayPool<long>.Shared.Rent(count);
        TableWalk walk = default;
        for (int i = 0; _table.Next(ref walk, out TableItem item); i++) NumberText.TryParse(item.Key, out integers[i]);
        Span<long> sorted = integers.AsSpan(0, count);
        sorted.Sort();
        int width = Math.Max(IntSet.WidthOf(sorted[0]), IntSet.WidthOf(sorted[^1]));
        Entry entry = keys.Put(key, store.Type, IntSet.Bytes(count, width), ttl);
        entry.SetEncoding((int)SetEncoding.IntSet);
        IntSet.Fill(entry.WritableValue, sorted);
        ArrayPool<long>.Shared.Return(integers);
        return entry;
    }

    private Entry StoreListpack(Database keys, scoped in KeyRef key, Ttl ttl)
    {
        int bytes = Listpack.EmptyBytes;
        TableWalk walk = default;
        while (_table.Next(ref walk, out TableItem item)) bytes += Listpack.SizeOf(item.Key);
        Entry entry = keys.Put(key, store.Type, bytes, ttl);
        entry.SetEncoding((int)SetEncoding.Listpack);
        Listpack.Initialize(entry.WritableValue);
        walk = default;
        while (_table.Next(ref walk, out TableItem item)) Listpack.Append(entry.WritableValue, item.Key);
        return entry;
    }

    private void Reset()
    {
        _table = PackedTable.Create();
        _anyText = false;
        _longest = 0;
        _most = 0;
    }
}
