using System.Text;
using ModularKv.Abstractions;
using ModularKv.Hashes.Encodings;

namespace ModularKv.Hashes.Tests;

/// <summary>Which form a hash has at and beyond each limit.</summary>
public sealed class HashFormTests
{
    [Fact]
    public void One_field_more_than_the_limit_makes_a_table()
    {
        using HashBench bench = new(entries: 5);
        for (int i = 1; i <= 5; i++) Assert.Equal("listpack", Set(bench, "f" + i, "v"));
        Assert.Equal("listpack", Set(bench, "f1", "w"));
        Assert.Equal("hashtable", Set(bench, "f6", "v"));
        Assert.Equal(6, bench.Read("h").Count);
        bench.VerifyNoLeaks();
    }

    [Fact]
    public void A_text_longer_than_the_limit_makes_a_table()
    {
        using HashBench bench = new(valueBytes: 10);
        Assert.Equal("listpack", Set(bench, "f", new string('v', 10)));
        Assert.Equal("listpack", Set(bench, new string('f', 10), "v"));
        Assert.Equal("hashtable", Set(bench, "g", new string('v', 11)));
        Assert.Equal(3, bench.Read("h").Count);
        bench.VerifyNoLeaks();
    }

    [Fact]
    public void A_time_makes_triplets_in_the_order_of_the_times()
    {
        using HashBench bench = new();
        foreach (string field in (string[])["a", "b", "c", "d"]) Set(bench, field, "v");
        Assert.Equal("listpackex", Expire(bench, "c", 300));
        Expire(bench, "b", 100);
        Expire(bench, "d", 300);
        Assert.Equal("b c d a", Order(bench));
        Expire(bench, "b", 0);
        Assert.Equal("c d a b", Order(bench));
        Set(bench, "c", "w");
        Assert.Equal("d a b c", Order(bench));
        Assert.Equal("listpackex", Expire(bench, "d", 0));
        bench.VerifyNoLeaks();
    }

    [Fact]
    public void Triplets_beyond_the_limit_make_a_table_that_keeps_the_times()
    {
        using HashBench bench = new(entries: 3);
        foreach (string field in (string[])["a", "b", "c"]) Set(bench, field, "v");
        Expire(bench, "b", 100);
        Assert.Equal("hashtable", Set(bench, "d", "v"));
        Assert.Equal(("b", "v", 100L), bench.Read("h").Single(field => field.ExpireAtMs != 0));
        using PinnedKey key = HashBench.Key("h");
        Assert.Equal(HashForm.TableTimes, HashReader.FormOf(bench.Keys.Find(key.Key)));
        Assert.Equal(100, HashReader.NextExpiry(bench.Keys.Find(key.Key)));
        bench.VerifyNoLeaks();
    }

    [Fact]
    public void The_digest_does_not_depend_on_the_form()
    {
        using HashBench small = new();
        using HashBench large = new(entries: 0);
        foreach (HashBench bench in (HashBench[])[small, large])
        {
            for (int i = 0; i < 20; i++) Set(bench, "field" + i, i.ToString());
        }

        Assert.Equal(small.Digest("h"), large.Digest("h"));
        foreach (HashBench bench in (HashBench[])[small, large]) Expire(bench, "field3", 5);
        Assert.Equal(small.Digest("h"), large.Digest("h"));
    }

    private static string Order(HashBench bench) => string.Join(' ', bench.Read("h").Select(field => field.Field));

    private static string Set(HashBench bench, string field, string value)
    {
        using PinnedKey key = HashBench.Key("h");
        Entry entry = bench.Keys.FindForWrite(key.Key);
        if (entry.IsMissing) entry = bench.Type.Writer.Create(bench.Keys, key.Key);
        bench.Type.Writer.Set(bench.Keys, ref entry, Encoding.Latin1.GetBytes(field), Encoding.Latin1.GetBytes(value));
        return bench.Type.EncodingOf(entry);
    }

    private static string Expire(HashBench bench, string field, long expireAtMs)
    {
        using PinnedKey key = HashBench.Key("h");
        Entry entry = bench.Keys.FindForWrite(key.Key);
        bench.Type.Writer.SetExpiry(bench.Keys, ref entry, Encoding.Latin1.GetBytes(field), expireAtMs);
        return bench.Type.EncodingOf(entry);
    }
}
