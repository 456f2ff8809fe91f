using System.Text;
using ModularKv.Abstractions;
using ModularKv.Acl.Rules;

namespace ModularKv.Acl.Tests;

/// <summary>Prepared patterns decide as the glob matcher does.</summary>
public sealed class KeyPatternTests
{
    private const string PatternLetters = "ab*?[]\\^-";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_prepared_pattern_matches_what_the_glob_pattern_matches(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 200_000; i++)
        {
            byte[] pattern = Text(random, random.Next(3) == 0 ? PatternLetters : "ab*", 5);
            byte[] name = Text(random, "abc", 5);
            bool expected = GlobPattern.Matches(pattern, name);
            bool actual = new KeyPattern(pattern, KeyAccess.All).Matches(name);
            Assert.True(expected == actual, $"seed {seed}: '{Encoding.ASCII.GetString(pattern)}' on '{Encoding.ASCII.GetString(name)}'");
        }
    }

    [Theory]
    [InlineData(KeyFlags.RO | KeyFlags.Access, 1)]
    [InlineData(KeyFlags.RW | KeyFlags.Update, 2)]
    [InlineData(KeyFlags.RW | KeyFlags.Insert, 2)]
    [InlineData(KeyFlags.RM | KeyFlags.Delete, 2)]
    [InlineData(KeyFlags.RW | KeyFlags.Access | KeyFlags.Update, 3)]
    [InlineData(KeyFlags.RO, 0)]
    public void Flags_of_a_key_say_which_access_it_needs(KeyFlags flags, int expected)
        => Assert.Equal((KeyAccess)expected, KeyPattern.Needed(flags));

    private static byte[] Text(Random random, string letters, int lengthMax)
    {
        byte[] text = new byte[random.Next(lengthMax + 1)];
        for (int i = 0; i < text.Length; i++) text[i] = (byte)letters[random.Next(letters.Length)];
        return text;
    }
}
