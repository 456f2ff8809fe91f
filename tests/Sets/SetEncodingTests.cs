using System.Buffers.Binary;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Sets.Persistence;

namespace ModularKv.Sets.Tests;

/// <summary>Which encoding a set has, and what is refused on loading.</summary>
public sealed class SetEncodingTests
{
    [Fact]
    public void Integers_become_a_table_beyond_their_limit()
    {
        using SetBench bench = new();
        for (int i = 0; i < 512; i++) bench.Add("s", $"{i}");
        Assert.Equal("intset", bench.EncodingOf("s"));
        bench.Add("s", "512");
        Assert.Equal("hashtable", bench.EncodingOf("s"));
        bench.VerifyNoLeaks();
    }

    [Theory]
    [InlineData(127, "listpack")]
    [InlineData(128, "hashtable")]
    public void A_text_makes_a_listpack_of_few_integers(int integers, string encoding)
    {
        using SetBench bench = new();
        for (int i = 0; i < integers; i++) bench.Add("s", $"{i}");
        bench.Add("s", "text");
        Assert.Equal(encoding, bench.EncodingOf("s"));
        Assert.Equal(integers + 1, bench.Members("s").Count);
        bench.VerifyNoLeaks();
    }

    [Theory]
    [InlineData(64, "listpack")]
    [InlineData(65, "hashtable")]
    public void A_long_member_makes_a_table(int bytes, string encoding)
    {
        using SetBench bench = new();
        bench.Add("s", "short");
        bench.Add("s", new string('l', bytes));
        Assert.Equal(encoding, bench.EncodingOf("s"));
        bench.VerifyNoLeaks();
    }

    [Fact]
    public void Without_listpacks_a_text_makes_a_table()
    {
        using SetBench bench = new(members: 0);
        bench.Add("s", "1");
        Assert.Equal("intset", bench.EncodingOf("s"));
        bench.Add("s", "text");
        Assert.Equal("hashtable", bench.EncodingOf("s"));
        bench.VerifyNoLeaks();
    }

    [Fact]
    public void An_intset_is_redis_s_byte_for_byte()
    {
        using SetBench bench = new();
        foreach (string member in (string[])["5", "-1", "70000"]) bench.Add("s", member);
        byte[] expected = new byte[20];
        int[] words = [4, 3, -1, 5, 70000];
        for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(expected.AsSpan(i * 4), words[i]);
        Assert.Equal(expected, bench.View("s").Bytes.ToArray());
        bench.VerifyNoLeaks();
    }

    [Fact]
    public void Large_sets_are_saved_by_pieces()
    {
        using SetBench bench = new(checking: false);
        for (int i = 0; i < 50_000; i++) bench.Add("s", $"member:{i:d9}");
        using PinnedKey key = SetBench.Key("s");
        string digest = bench.Digest("s");
        using ItemWriter writer = new();
        ulong position = 0;
        int pieces = 1;
        for (writer.BeginValue(); !bench.Type.Save(bench.Keys.Find(key.Key), writer, ref position); pieces++)
        {
            Assert.InRange(writer.Written, 60_000, 80_000);
            writer.BeginValue();
        }

        Assert.InRange(pieces, 10, 30);
        ItemReader reader = new();
        reader.Open(writer.Content);
        Assert.Equal(SetRdb.Strings, reader.TryRdbType());
        bench.Keys.Delete(key.Key);
        bench.Type.Load(reader, SetRdb.Strings, bench.Keys, key.Key);
        Assert.Equal(digest, bench.Digest("s"));
        bench.VerifyNoLeaks();
    }

    [Fact]
    public void Loads_listpacks_of_later_versions()
    {
        byte[] listpack = new byte[100];
        Listpack.Initialize(listpack);
        Listpack.Append(listpack, "a"u8);
        Listpack.Append(listpack, 77);
        using SetBench bench = new();
        Load(bench, SetRdb.Listpack, w => w.String(listpack.AsSpan(0, Listpack.Bytes(listpack))));
        Assert.Equal(["77", "a"], bench.Members("s").Order(StringComparer.Ordinal));
        Assert.Equal("listpack", bench.EncodingOf("s"));
        bench.VerifyNoLeaks();
    }

    [Fact]
    public void Refuses_what_is_no_set()
    {
        byte[] unordered = new byte[12];
        int[] halves = [2, 2];
        for (int i = 0; i < 2; i++) BinaryPrimitives.WriteInt32LittleEndian(unordered.AsSpan(i * 4), halves[i]);
        unordered[8] = 9;
        byte[] twice = new byte[100];
        Listpack.Initialize(twice);
        Listpack.Append(twice, "a"u8);
        Listpack.Append(twice, "a"u8);
        using SetBench bench = new();
        Refuse(bench, SetRdb.IntSet, w => w.String(unordered));
        Refuse(bench, SetRdb.IntSet, w => w.String(unordered.AsSpan(0, 11)));
        Refuse(bench, SetRdb.IntSet, w => w.String(unordered.AsSpan(0, 3)));
        Refuse(bench, SetRdb.Listpack, w => w.String(twice.AsSpan(0, Listpack.Bytes(twice))));
        Refuse(bench, SetRdb.Listpack, w => w.String(twice));
        Refuse(bench, SetRdb.Strings, w => w.Length(0));
        Refuse(bench, SetRdb.Strings, w =>
        {
            w.Length(2);
            w.String("x"u8);
            w.String("x"u8);
        });
        Refuse(bench, SetRdb.Strings, w => w.Length(1));
        bench.VerifyNoLeaks();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(200)]
    public void Rewrites_as_commands(int members)
    {
        using SetBench bench = new();
        for (int i = 0; i < members; i++) bench.Add("s", $"m{i}");
        using PinnedKey key = SetBench.Key("s");
        CommandList commands = new();
        bench.Type.Rewrite(bench.Keys.Find(key.Key), commands);
        List<string> added = [];
        foreach (List<string> command in commands.All)
        {
            Assert.Equal(["SADD", "s"], command[..2]);
            Assert.InRange(command.Count, 3, 66);
            Assert.Equal(command.Count, command.Capacity);
            added.AddRange(command[2..]);
        }

        Assert.Equal(bench.Members("s").Order(StringComparer.Ordinal), added.Order(StringComparer.Ordinal));
        bench.VerifyNoLeaks();
    }

    private static void Load(SetBench bench, byte type, Action<ItemWriter> write)
    {
        using ItemWriter writer = new();
        write(writer);
        ItemReader reader = new();
        reader.Open(writer.Content);
        using PinnedKey key = SetBench.Key("s");
        bench.Type.Load(reader, type, bench.Keys, key.Key);
    }

    private static void Refuse(SetBench bench, byte type, Action<ItemWriter> write)
    {
        Assert.Throws<ValueFormatException>(() => Load(bench, type, write));
        Assert.Equal(0, bench.View("s").Count);
    }

    private sealed class CommandList : ICommandSink
    {
        public List<List<string>> All { get; } = [];

        public void Begin(int arguments) => All.Add(new List<string>(arguments));

        public void Argument(ReadOnlySpan<byte> bytes) => All[^1].Add(Encoding.Latin1.GetString(bytes));
    }
}
