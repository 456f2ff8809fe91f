using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.SortedSets.Encodings;
using ModularKv.SortedSets.Persistence;
using ModularKv.SortedSets.Tests.Memory;

namespace ModularKv.SortedSets.Tests;

public sealed class SetModelTests(ITestOutputHelper output)
{
    private static readonly double[] Special =
        [0, -0.0, double.PositiveInfinity, double.NegativeInfinity, 1e300, -5e-324, 0.1, 1e17, 4503599627370497];

    [Theory]
    [InlineData(128, 300)]
    [InlineData(0, 2000)]
    [InlineData(0, 12)]
    [InlineData(8, 40)]
    [InlineData(1000, 200)]
    public void Agrees_with_a_sorted_set(int entriesMax, int members)
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        using SetModel model = new(entriesMax);
        for (int step = 0; step < 8000; step++)
        {
            bool growing = step / 1500 % 2 == 0;
            int what = random.Next(100);
            if (what < (growing ? 75 : 30)) model.Add(Member(random, members), Score(random), Flags(random));
            else if (what < 88) model.Remove(Member(random, members));
            else if (what < 90) RemoveRange(model, random, growing);
            else if (what < 99) model.VerifyScores(new(Score(random), random.Next(2) == 0, Score(random), random.Next(2) == 0));
            else model.Verify();
        }

        model.Verify();
    }

    [Theory]
    [InlineData(127, "listpack")]
    [InlineData(128, "listpack")]
    [InlineData(129, "skiplist")]
    public void Converts_at_the_number_of_members(int members, string encoding)
    {
        using SetModel model = new();
        for (int i = 0; i < members; i++) model.Add(Encoding.ASCII.GetBytes("m" + i), i, AddFlags.None);
        Assert.Equal(encoding, model.Type.EncodingOf(model.Database.Find(model.Key)));
        model.Verify();
    }

    [Theory]
    [InlineData(64, "listpack")]
    [InlineData(65, "skiplist")]
    public void Converts_at_the_length_of_a_member(int length, string encoding)
    {
        using SetModel model = new();
        model.Add(new byte[length], 1, AddFlags.None);
        Assert.Equal(encoding, model.Type.EncodingOf(model.Database.Find(model.Key)));
        model.Add([1], 2, AddFlags.None);
        model.Add(new byte[length + 1], 2, AddFlags.None);
        Assert.Equal("skiplist", model.Type.EncodingOf(model.Database.Find(model.Key)));
        model.Verify();
    }

    [Theory]
    [InlineData(5, 128)]
    [InlineData(5, 0)]
    [InlineData(20_000, 128)]
    public void What_is_saved_is_loaded(int members, int entriesMax)
    {
        using SetModel model = Filled(members, entriesMax);
        using ItemWriter writer = new();
        Entry entry = model.Database.Find(model.Key);
        ulong position = 0;
        int pieces = 1;
        for (; !model.Type.Save(entry, writer, ref position); pieces++) writer.BeginValue();
        Assert.Equal(members > 10_000, pieces > 3);
        model.Database.Delete(model.Key);
        Assert.Equal(0, model.Memory.Blocks);

        ItemReader reader = new();
        reader.Open(writer.Content);
        int type = reader.TryRdbType();
        Assert.Equal(members > entriesMax ? SortedSetRdb.BinaryScores : SortedSetRdb.PackedList, type);
        Entry loaded = model.Type.Load(reader, type, model.Database, model.Key);
        Assert.True(reader.AtEnd);
        Assert.Equal(members > entriesMax ? "skiplist" : "listpack", model.Type.EncodingOf(loaded));
        model.Verify();
    }

    [Fact]
    public void Scores_as_text_are_read()
    {
        using SetModel model = new();
        using ItemWriter writer = new();
        writer.Length(3);
        writer.String("a"u8);
        writer.Raw([3]);
        writer.Raw("1.5"u8);
        writer.String("b"u8);
        writer.Raw([254]);
        writer.String("c"u8);
        writer.Raw([255]);
        ItemReader reader = new();
        reader.Open(writer.Content);
        Entry entry = model.Type.Load(reader, SortedSetRdb.TextScores, model.Database, model.Key);
        Assert.True(new SetView(entry).TryGetScore("a"u8, out double score));
        Assert.Equal(1.5, score);
        Assert.Equal(1, new SetView(entry).RankOf("a"u8, out _));
    }

    [Fact]
    public void Ziplists_are_read()
    {
        // a 1, b 2.5: bytes, offset of the last entry, entries, entry …, end.
        byte[] list =
            [24, 0, 0, 0, 18, 0, 0, 0, 4, 0, 0, 1, (byte)'a', 3, 0xF2, 2, 1, (byte)'b', 3, 3, (byte)'2', (byte)'.', (byte)'5', 255];
        using SetModel model = new();
        using ItemWriter writer = new();
        writer.String(list);
        ItemReader reader = new();
        reader.Open(writer.Content);
        Entry entry = model.Type.Load(reader, SortedSetRdb.Ziplist, model.Database, model.Key);
        Assert.True(new SetView(entry).TryGetScore("b"u8, out double score));
        Assert.Equal(2.5, score);
        Assert.Equal(2, new SetView(entry).Count);
    }

    [Fact]
    public void Malformed_values_are_refused_and_leave_nothing()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        using SetModel model = Filled(30, 128);
        byte[] list = model.Database.Find(model.Key).Value.ToArray();
        model.Database.Delete(model.Key);
        for (int i = 0; i < 5000; i++)
        {
            byte[] bytes = [.. list];
            for (int changes = random.Next(1, 4); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) Array.Resize(ref bytes, random.Next(bytes.Length));
            using ItemWriter writer = new();
            writer.String(bytes);
            ItemReader reader = new();
            reader.Open(writer.Content);
            try
            {
                model.Type.Load(reader, random.Next(2) == 0 ? SortedSetRdb.PackedList : SortedSetRdb.Ziplist, model.Database, model.Key);
                model.Database.Delete(model.Key);
            }
            catch (ValueFormatException)
            {
                Assert.True(model.Database.Find(model.Key).IsMissing);
            }

            Assert.Equal(0, model.Memory.Blocks);
        }
    }

    [Fact]
    public void A_copy_is_independent_and_digests_do_not_depend_on_the_encoding()
    {
        using SetModel model = Filled(3000, 128);
        using PinnedKey other = new("other"u8);
        using PinnedKey small = new("small"u8);
        Assert.True(model.Database.Copy(model.Key, model.Database, other.Key));
        DigestBuilder first = new(), second = new();
        model.Type.Digest(model.Database.Find(model.Key), first);
        model.Type.Digest(model.Database.Find(other.Key), second);
        Assert.Equal(first.ToString(), second.ToString());
        Entry copy = model.Database.FindForWrite(other.Key);
        model.Store.RemoveRange(model.Database, ref copy, new RankRange(10, 3000));
        model.Verify();

        // What is left, once as a tree and once as a listpack.
        TreeSet rest = copy.Structure<TreeSet>().Clone(model.Memory);
        Entry list = model.Store.Put(model.Database, small.Key, ref rest);
        Assert.Equal("listpack", model.Type.EncodingOf(list));
        first.Clear();
        second.Clear();
        model.Type.Digest(model.Database.Find(other.Key), first);
        model.Type.Digest(model.Database.Find(small.Key), second);
        Assert.Equal(first.ToString(), second.ToString());
        model.Database.Delete(small.Key);
        model.Database.Delete(other.Key);
    }

    [Fact]
    public void Is_freed_and_looked_at_by_pieces()
    {
        using SetModel model = Filled(20_000, 128);
        Entry entry = model.Database.FindForWrite(model.Key);
        ulong position = 0;
        int calls = 1;
        while (!model.Type.Defragment(entry, ref position, 64)) calls++;
        Assert.InRange(calls, 10, 1000);
        model.Verify();
        long effort = model.Type.FreeEffort(entry);
        Assert.InRange(effort, 1000, 10_000);
        long blocks = model.Memory.Blocks;
        while (!model.Type.FreeSome(entry, 64))
        {
            Assert.InRange(blocks - model.Memory.Blocks, 1, 200);
            blocks = model.Memory.Blocks;
        }

        Assert.Equal(0, model.Memory.Blocks);
        entry.Structure<TreeSet>() = TreeSet.Create();
    }

    [Fact]
    public void The_order_of_scores_is_that_of_their_integers()
    {
        double[] scores =
            [double.NegativeInfinity, -1e300, -1.5, -5e-324, 0, 5e-324, 1, 1.0000000000000002, 1e300, double.PositiveInfinity];
        for (int i = 1; i < scores.Length; i++) Assert.True(ScoreOrder.FromScore(scores[i - 1]) < ScoreOrder.FromScore(scores[i]));
        foreach (double score in scores) Assert.Equal(score, ScoreOrder.ToScore(ScoreOrder.FromScore(score)));
        Assert.Equal(ScoreOrder.FromScore(0), ScoreOrder.FromScore(-0.0));
    }

    private static SetModel Filled(int members, int entriesMax)
    {
        SetModel model = new(entriesMax);
        Random random = new(members);
        for (int i = 0; i < members; i++)
        {
            double score = i % 7 == 0 ? Math.Abs(Score(random)) : random.Next(5000) / 4.0;
            model.Add(Encoding.ASCII.GetBytes("member:" + i), score, AddFlags.None);
        }

        return model;
    }

    private static void RemoveRange(SetModel model, Random random, bool growing)
    {
        int from = random.Next(model.Expected.Count + 1);
        model.RemoveRange(from, Math.Min(model.Expected.Count, from + random.Next(growing ? 3 : 50)));
    }

    private static byte[] Member(Random random, int members)
    {
        int number = random.Next(members);
        return number % 3 == 0 ? Encoding.ASCII.GetBytes($"{number}") : Encoding.ASCII.GetBytes("member:" + number);
    }

    private static double Score(Random random) => random.Next(4) switch
    {
        0 => Special[random.Next(Special.Length)],
        1 => random.Next(-5, 5),
        2 => random.NextDouble(),
        _ => random.Next(-4000, 4000) / 8.0,
    };

    private static AddFlags Flags(Random random) => random.Next(12) switch
    {
        0 => AddFlags.OnlyNew,
        1 => AddFlags.OnlyExisting,
        2 => AddFlags.OnlyGreater,
        3 => AddFlags.OnlyLess,
        4 or 5 => AddFlags.Increment,
        6 => AddFlags.OnlyExisting | AddFlags.OnlyGreater | AddFlags.Increment,
        _ => AddFlags.None,
    };
}
