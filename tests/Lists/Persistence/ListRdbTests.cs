using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Lists.Persistence;

namespace ModularKv.Lists.Tests.Persistence;

public sealed class ListRdbTests : IDisposable
{
    private readonly ListBench bench = new();
    private readonly ItemWriter writer = new();
    private readonly ItemReader reader = new();

    [Theory]
    [InlineData(-2, 0, 3, "listpack")]
    [InlineData(-2, 0, 20000, "quicklist")]
    [InlineData(-2, 1, 20000, "quicklist")]
    [InlineData(5, 0, 100, "quicklist")]
    public void A_list_comes_back(int size, int depth, int elements, string encoding)
    {
        bench.Settings.Set(size, depth);
        for (int i = 0; i < elements; i++)
        {
            bench.Push("list", i % 3 == 0, i % 500 == 499 ? new byte[9000] : Text(i % 2 == 0 ? $"{i}" : $"e{i}"));
        }

        using PinnedKey key = ListBench.Key("list");
        using PinnedKey copy = ListBench.Key("copy");
        int pieces = 1;
        ulong position = 0;
        for (; !bench.Type.Save(bench.Keys.Find(key.Key), writer, ref position); pieces++) writer.BeginValue();
        Assert.Equal(elements > 10_000, pieces > 1);
        Load(copy);
        Assert.Equal(encoding, bench.EncodingOf("copy"));
        Assert.Equal(bench.Read("list"), bench.Read("copy"));
        Assert.Equal(bench.Digest("list"), bench.Digest("copy"));
        bench.VerifyNoLeaks();
    }

    [Fact]
    public void Elements_one_by_one_are_read()
    {
        writer.RdbType(ListRdb.Elements);
        writer.Length(3);
        foreach (string text in (string[])["a", "12", ""]) writer.String(Text(text));
        using PinnedKey key = ListBench.Key("list");
        Load(key);
        Assert.Equal(["a", "12", ""], bench.Read("list").Select(Encoding.ASCII.GetString));
        bench.VerifyNoLeaks();
    }

    [Theory]
    [InlineData(ListRdb.Ziplist)]
    [InlineData(ListRdb.Ziplists)]
    public void Ziplists_are_read(byte type)
    {
        // "two" and 1024, as ziplist.c shows them in its head comment's manner.
        byte[] ziplist = [0x14, 0, 0, 0, 0x0F, 0, 0, 0, 2, 0, 0, 3, (byte)'t', (byte)'w', (byte)'o', 5, 0xC0, 0, 4, 0xFF];
        writer.RdbType(type);
        if (type == ListRdb.Ziplists) writer.Length(1);
        writer.String(ziplist);
        using PinnedKey key = ListBench.Key("list");
        Load(key);
        Assert.Equal(["two", "1024"], bench.Read("list").Select(Encoding.ASCII.GetString));
        bench.VerifyNoLeaks();
    }

    [Fact]
    public void Oversized_nodes_are_taken_apart()
    {
        byte[] listpack = new byte[600_000];
        Listpack.Initialize(listpack);
        for (int i = 0; i < 90_000; i++) Listpack.Append(listpack, i);
        writer.RdbType(ListRdb.Nodes);
        writer.Length(1);
        writer.Length(2);
        writer.String(listpack.AsSpan(0, Listpack.Bytes(listpack)));
        using PinnedKey key = ListBench.Key("list");
        Load(key);
        Assert.Equal(Enumerable.Range(0, 90_000).Select(i => i.ToString()), bench.Read("list").Select(Encoding.ASCII.GetString));
        bench.VerifyNoLeaks();
    }

    [Fact]
    public void Damaged_nodes_are_refused()
    {
        byte[] good = new byte[200];
        Listpack.Initialize(good);
        foreach (string text in (string[])["one", "2", "three", "40000", "five"]) Listpack.Append(good, Text(text));
        good = good[..Listpack.Bytes(good)];
        Random random = new(3);
        using PinnedKey key = ListBench.Key("list");
        for (int i = 0; i < 5000; i++)
        {
            byte[] bytes = [.. good];
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) bytes = bytes[..random.Next(bytes.Length)];
            writer.Clear();
            writer.RdbType(ListRdb.Nodes);
            writer.Length(2);
            writer.Length(2);
            writer.String(good);
            writer.Length((ulong)random.Next(1, 4));
            writer.String(bytes);
            try
            {
                Load(key);
                bench.Read("list");
                bench.Keys.Delete(key.Key);
            }
            catch (ValueFormatException)
            {
                Assert.True(bench.Keys.Find(key.Key).IsMissing);
            }
        }

        bench.VerifyNoLeaks();
    }

    [Fact]
    public void A_list_without_elements_is_refused()
    {
        writer.RdbType(ListRdb.Nodes);
        writer.Length(0);
        Assert.Throws<ValueFormatException>(() =>
        {
            using PinnedKey key = ListBench.Key("list");
            Load(key);
        });
    }

    public void Dispose()
    {
        writer.Dispose();
        bench.Dispose();
    }

    private static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);

    private void Load(in PinnedKey key)
    {
        reader.Open(writer.Content);
        int type = reader.TryRdbType();
        bench.Type.Load(reader, type, bench.Keys, key.Key);
        Assert.True(reader.AtEnd);
    }
}
