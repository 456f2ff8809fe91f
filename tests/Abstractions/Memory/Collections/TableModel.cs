using System.Text;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory.Collections;

/// <summary>A <see cref="PackedTable"/> and a Dictionary that everything is done to alike.</summary>
internal sealed class TableModel : IDisposable
{
    public readonly Dictionary<string, (byte[] Value, bool Flag)> Expected = [];
    public readonly MemoryOwner Owner;
    public readonly MemoryHeap Heap;
    public PackedTable Table = PackedTable.Create();

    public TableModel(bool checking = true)
    {
        Heap = new MemoryHeap("table", new MemoryHeapOptions { Checking = checking });
        Owner = new MemoryOwner("table", Heap);
    }

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public void Put(byte[] key, byte[] value, bool flag)
    {
        bool known = Expected.TryGetValue(Text(key), out (byte[] Value, bool Flag) old);
        TableItem item = Table.Put(Owner, key, value.Length, flag, out bool added);
        Assert.Equal(!known, added);
        Assert.Equal(value.Length, item.Value.Length);
        Assert.True(item.Key.SequenceEqual(key) && item.Flag == flag);
        if (known && old.Value.Length == value.Length && old.Flag == flag) Assert.True(item.Value.SequenceEqual(old.Value));
        value.CopyTo(item.Value);
        Expected[Text(key)] = (value, flag);
        CheckCounts();
    }

    public void Add(byte[] key)
    {
        bool added = Table.Add(Owner, key);
        Assert.Equal(Expected.TryAdd(Text(key), ([], false)), added);
        CheckCounts();
    }

    public void Remove(byte[] key, bool byItem)
    {
        bool removed = byItem ? Table.Remove(Owner, Table.Find(key)) : Table.Remove(Owner, key);
        Assert.Equal(Expected.Remove(Text(key)), removed);
        CheckCounts();
    }

    public void CheckFind(byte[] key)
    {
        TableItem item = Table.Find(key, KeyHash.Compute(key));
        if (!Expected.TryGetValue(Text(key), out (byte[] Value, bool Flag) expected))
        {
            Assert.True(item.IsMissing);
            return;
        }

        Assert.True(item.Key.SequenceEqual(key));
        Assert.True(item.Value.SequenceEqual(expected.Value));
        Assert.Equal(expected.Flag, item.Flag);
    }

    public void CheckAll() => CheckAll(Table);

    public void CheckAll(PackedTable table)
    {
        Assert.Equal(Expected.Count, table.Count);
        HashSet<string> seen = [];
        TableWalk walk = default;
        while (table.Next(ref walk, out TableItem item))
        {
            string key = Text(item.Key);
            Assert.True(seen.Add(key), "met once");
            Assert.True(Expected.TryGetValue(key, out (byte[] Value, bool Flag) expected));
            Assert.True(item.Value.SequenceEqual(expected.Value));
            Assert.Equal(expected.Flag, item.Flag);
            Assert.False(table.Find(item.Key).IsMissing);
        }

        Assert.Equal(Expected.Count, seen.Count);
    }

    public void CheckCounts()
    {
        Assert.Equal(Expected.Count, Table.Count);
        Assert.Equal((Owner.UsedBytes, Owner.Blocks), (Table.UsedBytes, Table.BlockCount));
    }

    public void Dispose()
    {
        Table.Free(Owner);
        Assert.Equal((0, 0, 0), (Table.Count, Table.UsedBytes, Table.BlockCount));
        Assert.Equal((0, 0), (Owner.UsedBytes, Owner.Blocks));
        Heap.VerifyNoLeaks();
        Heap.Dispose();
    }
}
