using System.Text;
using ModularKv.Keys;

namespace ModularKv.Tests.Keys;

public class SortPatternTests
{
    [Theory]
    [InlineData("weight_*", "weight_7", "")]
    [InlineData("*", "7", "")]
    [InlineData("a*b*", "a7b*", "")]
    [InlineData("object_*->name", "object_7", "name")]
    [InlineData("o_*_x->f->g", "o_7_x", "f->g")]
    [InlineData("o_*->", "o_7->", "")]
    [InlineData("a->b_*", "a->b_7", "")]
    public void The_first_star_is_the_element_and_what_follows_an_arrow_is_the_field(string pattern, string key, string field)
    {
        SortPattern parsed = new(Encoding.Latin1.GetBytes(pattern));
        Assert.True(parsed.HasStar);
        Assert.False(parsed.IsElement);
        byte[] name = new byte[parsed.KeyLength("7"u8)];
        parsed.WriteKey("7"u8, name);
        Assert.Equal(key, Encoding.Latin1.GetString(name));
        Assert.Equal(field, Encoding.Latin1.GetString(parsed.Field));
    }

    [Fact]
    public void A_hash_sign_alone_is_the_element()
    {
        Assert.True(new SortPattern("#"u8).IsElement);
        Assert.False(new SortPattern("#*"u8).IsElement);
    }

    [Fact]
    public void Without_a_star_it_names_nothing() => Assert.False(new SortPattern("nosort"u8).HasStar);
}
