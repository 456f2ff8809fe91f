using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Hashes.Tests;

/// <summary>RDB forms, old and new, and what is none of them.</summary>
public sealed class HashLoaderTests
{
    private const byte Fields = 4, Zipmap = 9, Ziplist = 13, Pack = 16, EarlyTimedFields = 22, EarlyTimedPack = 23, TimedFields = 24,
        TimedPack = 25;

    // a → 1, b → xy, as each form has it.
    private static readonly byte[] ZipmapBytes = [2, 1, (byte)'a', 1, 0, (byte)'1', 1, (byte)'b', 2, 1, (byte)'x', (byte)'y', 0, 0xFF];
    private static readonly byte[] ZiplistBytes =
        [23, 0, 0, 0, 18, 0, 0, 0, 4, 0, 0, 1, (byte)'a', 3, 0xF2, 2, 1, (byte)'b', 3, 2, (byte)'x', (byte)'y', 0xFF];
    private static readonly byte[] PackBytes =
        [19, 0, 0, 0, 4, 0, 0x81, (byte)'a', 2, 1, 1, 0x81, (byte)'b', 2, 0x82, (byte)'x', (byte)'y', 3, 0xFF];
    private static readonly byte[] TripletBytes =
        [23, 0, 0, 0, 6, 0, 0x81, (byte)'a', 2, 1, 1, 100, 1, 0x81, (byte)'b', 2, 0x82, (byte)'x', (byte)'y', 3, 0, 1, 0xFF];

    [Fact]
    public void Every_form_is_read()
    {
        (string, string, long)[] plain = [("a", "1", 0), ("b", "xy", 0)];
        (string, string, long)[] timed = [("a", "1", 100), ("b", "xy", 0)];
        Assert.Equal(plain, Load(Zipmap, items => items.String(ZipmapBytes)));
        Assert.Equal(plain, Load(Ziplist, items => items.String(ZiplistBytes)));
        Assert.Equal(plain, Load(Pack, items => items.String(PackBytes)));
        Assert.Equal(timed, Load(EarlyTimedPack, items => items.String(TripletBytes)));
        Assert.Equal(timed, Load(TimedPack, items => { items.Fixed64(100); items.String(TripletBytes); }));
        Assert.Equal(plain, Load(Fields, items => Pairs(items, null)));
        Assert.Equal(timed, Load(EarlyTimedFields, items => Pairs(items, 100)));
        Assert.Equal([("a", "1", 149), ("b", "xy", 0)], Load(TimedFields, items => { items.Fixed64(100); Pairs(items, 50); }));
    }

    [Fact]
    public void What_is_too_large_for_a_listpack_becomes_a_table()
    {
        using HashBench bench = new(entries: 1);
        (byte, byte[])[] forms = [(Pack, PackBytes), (Ziplist, ZiplistBytes), (EarlyTimedPack, TripletBytes)];
        foreach ((byte type, byte[] bytes) in forms)
        {
            using ItemWriter items = new();
            items.String(bytes);
            using PinnedKey key = HashBench.Key("h");
            Assert.Equal("hashtable", bench.Type.EncodingOf(Read(bench, type, items, key.Key)));
            Assert.Equal(2, bench.Read("h").Count);
            bench.Keys.Delete(key.Key);
        }

        bench.VerifyNoLeaks();
    }

    [Fact]
    public void Contradictions_are_refused_and_leave_no_key()
    {
        Refuse(Fields, items => items.Length(0));
        Refuse(Fields, items => { items.Length(2); Pair(items, "a"); Pair(items, "a"); });
        Refuse(Fields, items => { items.Length(3); Pair(items, "a"); });
        Refuse(Fields, items => items.Length(ulong.MaxValue));
        Refuse(TimedFields, items => { items.Fixed64(-1); Pairs(items, 5); });
        Refuse(TimedFields, items => { items.Fixed64(1); items.Length(1); items.Length(ulong.MaxValue); Pair(items, "a"); });
        Refuse(Pack, items => items.String([7, 0, 0, 0, 0, 0, 0xFF]));
        Refuse(Pack, items => items.String([9, 0, 0, 0, 1, 0, 1, 1, 0xFF]));
        Refuse(EarlyTimedPack, items => items.String(PackBytes));
        Refuse(Zipmap, items => items.String([0, 0xFF]));
        byte[] disorder = [.. TripletBytes];
        disorder[11] = 0;
        disorder[^3] = 5;
        Refuse(EarlyTimedPack, items => items.String(disorder));
    }

    [Theory]
    [InlineData(Zipmap)]
    [InlineData(Ziplist)]
    [InlineData(Pack)]
    [InlineData(EarlyTimedPack)]
    public void Whatever_byte_is_wrong_the_value_is_read_or_refused(byte type)
    {
        byte[] good = type switch { Zipmap => ZipmapBytes, Ziplist => ZiplistBytes, Pack => PackBytes, _ => TripletBytes };
        using HashBench bench = new();
        using PinnedKey key = HashBench.Key("h");
        for (int i = 0; i < good.Length; i++)
        {
            for (int value = 0; value < 256; value++)
            {
                using ItemWriter items = new();
                byte[] bad = [.. good];
                bad[i] = (byte)value;
                items.String(bad);
                try
                {
                    Read(bench, type, items, key.Key);
                    Assert.NotEmpty(bench.Read("h"));
                    bench.Digest("h");
                    bench.Keys.Delete(key.Key);
                }
                catch (ValueFormatException)
                {
                    Assert.Empty(bench.Read("h"));
                }
            }
        }

        bench.VerifyNoLeaks();
    }

    private static void Pairs(ItemWriter items, ulong? time)
    {
        items.Length(2);
        if (time != null) items.Length(time.Value);
        items.String("a"u8);
        items.String("1"u8);
        if (time != null) items.Length(0);
        items.String("b"u8);
        items.String("xy"u8);
    }

    private static void Pair(ItemWriter items, string field)
    {
        items.String(Encoding.Latin1.GetBytes(field));
        items.String("v"u8);
    }

    private static Entry Read(HashBench bench, byte type, ItemWriter items, scoped in KeyRef key)
    {
        ItemReader reader = new();
        reader.Open(items.Content);
        return bench.Type.Load(reader, type, bench.Keys, key);
    }

    private static List<(string Field, string Value, long ExpireAtMs)> Load(byte type, Action<ItemWriter> write)
    {
        using HashBench bench = new();
        using ItemWriter items = new();
        write(items);
        using PinnedKey key = HashBench.Key("h");
        Read(bench, type, items, key.Key);
        List<(string, string, long)> fields = bench.Read("h");
        bench.VerifyNoLeaks();
        return fields;
    }

    private static void Refuse(byte type, Action<ItemWriter> write)
    {
        using HashBench bench = new();
        using ItemWriter items = new();
        write(items);
        using PinnedKey key = HashBench.Key("h");
        bool refused = false;
        try
        {
            Read(bench, type, items, key.Key);
        }
        catch (ValueFormatException)
        {
            refused = true;
        }

        Assert.True(refused);
        Assert.Empty(bench.Read("h"));
        bench.VerifyNoLeaks();
    }
}
