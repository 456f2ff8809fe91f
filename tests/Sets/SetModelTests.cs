using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Sets.Tests;

/// <summary>Random operations on sets beside HashSets, for every encoding and through every conversion.</summary>
public sealed class SetModelTests(ITestOutputHelper output)
{
    private const int Steps = 15_000;
    private const int Names = 5;

    [Theory]
    [InlineData(512, 128, 64, 60)]
    [InlineData(512, 0, 64, 60)]
    [InlineData(16, 32, 64, 100)]
    [InlineData(512, 128, 64, 2000)]
    [InlineData(0, 0, 0, 300)]
    [InlineData(1000, 1000, 3, 100)]
    public void Agrees_with_a_HashSet(long integers, long members, long bytes, int range)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        using SetBench bench = new(integers, members, bytes);
        Dictionary<string, HashSet<string>> expected = [];
        SetDraft draft = new(bench.Store);
        for (int i = 0; i < Steps; i++)
        {
            string name = "set" + random.Next(Names), member = Member(random, range);
            if (!expected.TryGetValue(name, out HashSet<string>? set)) expected[name] = set = [];
            switch (random.Next(40))
            {
                case < 20: Assert.Equal(set.Add(member), bench.Add(name, member)); break;
                case < 35: Assert.Equal(set.Remove(member), bench.Remove(name, member)); break;
                case < 38: Assert.Equal(set.Contains(member), bench.View(name).Contains(SetBenchBytes(member))); break;
                case 38: StoreCombination(bench, draft, expected, random); break;
                default: Reload(bench, name, set); break;
            }

            Assert.Equal(expected[name].Count, bench.View(name).Count);
            if (i % 500 == 0) CheckAll(bench, expected);
        }

        CheckAll(bench, expected);
        bench.VerifyNoLeaks();
    }

    // SINTERSTORE, SDIFFSTORE or SUNIONSTORE of two sets into a third.
    private static void StoreCombination(SetBench bench, SetDraft draft, Dictionary<string, HashSet<string>> expected, Random random)
    {
        string[] names = [.. Enumerable.Range(0, 3).Select(_ => "set" + random.Next(Names))];
        HashSet<string> first = expected.GetValueOrDefault(names[0], []), second = expected.GetValueOrDefault(names[1], []);
        SetView left = bench.View(names[0]), right = bench.View(names[1]);
        int way = random.Next(3);
        if (way == 2)
        {
            draft.AddAll(left);
            draft.AddAll(right);
        }
        else
        {
            Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
            SetView[] others = [right];
            SetSieve sieve = new(left, others, inAll: way == 0);

            // The commands never ask whether all sets have a member when one of the sets is missing.
            while (!(right.IsMissing && way == 0) && sieve.MoveNext(out SetMember member)) Assert.True(draft.Add(member.Text(digits)));
        }

        HashSet<string> result = [.. way == 0 ? first.Intersect(second) : way == 1 ? first.Except(second) : first.Union(second)];
        Assert.Equal(result.Count, draft.Count);
        using PinnedKey key = SetBench.Key(names[2]);
        if (draft.Count > 0) draft.Store(bench.Keys, key.Key);
        else bench.Keys.Delete(key.Key);
        draft.Discard();
        expected[names[2]] = result;
    }

    // Through a snapshot, and through COPY.
    private static void Reload(SetBench bench, string name, HashSet<string> set)
    {
        if (set.Count == 0) return;
        using PinnedKey key = SetBench.Key(name), copy = SetBench.Key("copy");
        string digest = bench.Digest(name);
        Assert.True(bench.Keys.Copy(key.Key, bench.Keys, copy.Key));
        Assert.Equal(digest, bench.Digest("copy"));
        Assert.True(bench.Keys.Delete(copy.Key));

        using ItemWriter writer = new();
        ulong position = 0;
        do writer.BeginValue();
        while (!bench.Type.Save(bench.Keys.Find(key.Key), writer, ref position));
        ItemReader reader = new();
        reader.Open(writer.Content);
        int type = reader.TryRdbType();
        Assert.True(bench.Keys.Delete(key.Key));
        bench.Type.Load(reader, type, bench.Keys, key.Key);
        Assert.True(reader.AtEnd);
        Assert.Equal(digest, bench.Digest(name));
    }

    private static void CheckAll(SetBench bench, Dictionary<string, HashSet<string>> expected)
    {
        foreach ((string name, HashSet<string> set) in expected)
        {
            List<string> members = bench.Members(name);
            Assert.Equal(set.Count, members.Count);
            Assert.True(set.SetEquals(members));
            SetView view = bench.View(name);
            foreach (string member in members) Assert.True(view.Contains(SetBenchBytes(member)));
        }
    }

    private static byte[] SetBenchBytes(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    private static string Member(Random random, int range)
    {
        long number = random.Next(range);
        return random.Next(12) switch
        {
            0 => "m" + number,
            1 => new string('x', (int)(number % 90)),
            2 => (number * 1_000_003 % 90_000).ToString(CultureInfo.InvariantCulture),
            3 => (-number * 10_000_000_019).ToString(CultureInfo.InvariantCulture),
            4 => "0" + number,
            _ => number.ToString(CultureInfo.InvariantCulture),
        };
    }
}
