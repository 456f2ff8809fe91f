using System.Text;
using ModularKv.Strings.Commands;

namespace ModularKv.Strings.Tests;

public sealed class LongestCommonSubsequenceTests
{
    [Fact]
    public void The_example_of_the_documentation()
    {
        byte[] a = Encoding.ASCII.GetBytes("ohmytext"), b = Encoding.ASCII.GetBytes("mynewtext");
        Assert.Equal(6, new LongestCommonSubsequence(a, b, keepRows: true).Length);
        Assert.Equal(6, new LongestCommonSubsequence(a, b, keepRows: false).Length);
    }

    [Fact]
    public void It_agrees_with_the_table_of_lengths_step_by_step()
    {
        const int Seed = 20240611;
        Random random = new(Seed);
        for (int round = 0; round < 300; round++)
        {
            int letters = random.Next(1, 6);
            byte[] a = Text(random, random.Next(0, 200), letters), b = Text(random, random.Next(0, 200), letters);
            int[,] table = Table(a, b);
            LongestCommonSubsequence common = new(a, b, keepRows: true);
            Assert.Equal(table[a.Length, b.Length], common.Length);
            Assert.Equal(common.Length, new LongestCommonSubsequence(a, b, keepRows: false).Length);
            for (int i = 1; i <= a.Length; i++)
            {
                for (int j = 1; j <= b.Length; j++)
                {
                    if (a[i - 1] == b[j - 1]) continue;
                    Assert.True(table[i - 1, j] > table[i, j - 1] == common.Step(i, j), $"seed {Seed}, round {round}, at {i},{j}");
                }
            }
        }
    }

    private static byte[] Text(Random random, int length, int letters)
    {
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) text[i] = (byte)('a' + random.Next(letters));
        return text;
    }

    private static int[,] Table(byte[] a, byte[] b)
    {
        int[,] table = new int[a.Length + 1, b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                table[i, j] = a[i - 1] == b[j - 1] ? table[i - 1, j - 1] + 1 : Math.Max(table[i - 1, j], table[i, j - 1]);
            }
        }

        return table;
    }
}
