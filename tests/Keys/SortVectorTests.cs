using System.Globalization;
using System.Text;
using ModularKv.Keys;

namespace ModularKv.Tests.Keys;

public class SortVectorTests
{
    [Fact]
    public void Equal_numbers_stand_in_the_order_of_their_elements()
    {
        SortVector vector = Load("c", "a", "b", "d");
        vector.SetScore(3, -1);
        vector.Sort(SortOrder.Numeric | SortOrder.ByPattern);
        Assert.Equal(["d", "a", "b", "c"], Elements(vector));
        vector = Load("c", "a", "b", "d");
        vector.Sort(SortOrder.Numeric | SortOrder.Descending);
        Assert.Equal(["d", "c", "b", "a"], Elements(vector));
    }

    [Fact]
    public void Texts_compare_by_unsigned_bytes()
    {
        SortVector vector = Load("\u00e9", "z", "A", "a", "ab");
        vector.Sort(SortOrder.Text);
        Assert.Equal(["A", "a", "ab", "z", "\u00e9"], Elements(vector));
    }

    [Fact]
    public void An_element_without_text_stands_first_and_last_when_descending()
    {
        SortVector vector = Weighted();
        vector.Sort(SortOrder.Text | SortOrder.ByPattern);
        Assert.Equal(["b", "d", "c", "a"], Elements(vector));
        vector = Weighted();
        vector.Sort(SortOrder.Text | SortOrder.ByPattern | SortOrder.Descending);
        Assert.Equal(["a", "c", "b", "d"], Elements(vector));

        static SortVector Weighted()
        {
            SortVector made = Load("a", "b", "c", "d");
            made.SetText(0, "2"u8);
            made.SetText(2, ""u8);
            return made;
        }
    }

    [Fact]
    public void A_zero_byte_ends_a_text_unless_the_result_is_stored()
    {
        SortVector vector = Load("a\0z", "a\0b");
        vector.Sort(SortOrder.Text);
        Assert.Equal(["a\0z", "a\0b"], Elements(vector));
        vector.Sort(SortOrder.Text | SortOrder.Binary);
        Assert.Equal(["a\0b", "a\0z"], Elements(vector));
    }

    [Fact]
    public void Only_the_range_is_kept()
    {
        SortVector vector = new(new SortRange(1, 2));
        bool[] goesOn = [.. ((string[])["a", "b", "c", "d"]).Select(element => vector.Visit(Encoding.Latin1.GetBytes(element)))];
        Assert.Equal(["b", "c"], Elements(vector));
        Assert.Equal([true, true, false, false], goesOn);
    }

    [Theory]
    [InlineData(0, -1, 4, 0, 4)]
    [InlineData(1, 2, 4, 1, 2)]
    [InlineData(-5, 2, 4, 0, 2)]
    [InlineData(3, 10, 4, 3, 1)]
    [InlineData(4, 1, 4, 4, 0)]
    [InlineData(2, 0, 4, 2, 0)]
    [InlineData(long.MaxValue, long.MaxValue, 4, 4, 0)]
    [InlineData(long.MinValue, long.MinValue, 4, 0, 4)]
    [InlineData(0, -1, 0, 0, 0)]
    public void Limit_stays_inside_the_elements(long offset, long count, int length, int start, int taken)
        => Assert.Equal(new SortRange(start, taken), SortRange.Of(offset, count, length));

    [Fact]
    public void Numeric_sort_agrees_with_linq()
    {
        const int Seed = 81723;
        Random random = new(Seed);
        string[] elements = [.. Enumerable.Range(0, 2000).Select(_ => random.Next(-500, 500).ToString(CultureInfo.InvariantCulture))];
        SortVector vector = Load(elements);
        for (int i = 0; i < vector.Count; i++)
        {
            Assert.True(SortScore.TryParse(vector[i], out double score), $"seed {Seed}");
            vector.SetScore(i, score);
        }

        vector.Sort(SortOrder.Numeric);
        Assert.Equal(elements.OrderBy(e => int.Parse(e, CultureInfo.InvariantCulture)), Elements(vector));
    }

    private static SortVector Load(params string[] elements)
    {
        SortVector vector = new(new SortRange(0, elements.Length));
        foreach (string element in elements) vector.Visit(Encoding.Latin1.GetBytes(element));
        return vector;
    }

    private static string[] Elements(SortVector vector)
        => [.. Enumerable.Range(0, vector.Count).Select(i => Encoding.Latin1.GetString(vector[i]))];
}
