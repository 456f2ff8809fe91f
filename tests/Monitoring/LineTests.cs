using System.Text;
using ModularKv.Monitoring.Latency;
using ModularKv.Monitoring.Live;

namespace ModularKv.Monitoring.Tests;

/// <summary>What can be judged without a server.</summary>
public sealed class LineTests
{
    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("", "\"\"")]
    [InlineData("a \"b\" \\c", "\"a \\\"b\\\" \\\\c\"")]
    [InlineData("\n\r\t\a\b", "\"\\n\\r\\t\\a\\b\"")]
    [InlineData("\0\x1f\x7f\xff", "\"\\x00\\x1f\\x7f\\xff\"")]
    [InlineData("~ !", "\"~ !\"")]
    public void An_argument_is_quoted_as_Redis_quotes_it(string argument, string quoted)
    {
        MonitorLine line = new();
        line.Begin("head"u8);
        line.Argument(Encoding.Latin1.GetBytes(argument));
        Assert.Equal("head " + quoted, Encoding.Latin1.GetString(line.Bytes));
    }

    [Fact]
    public void A_large_argument_passes_whole_and_its_buffer_is_given_back()
    {
        MonitorLine line = new();
        byte[] large = new byte[300_000];
        new Random(5).NextBytes(large);
        line.Begin("x"u8);
        line.Argument(large);
        string shown = Encoding.Latin1.GetString(line.Bytes);
        Assert.Equal(large, Unquoted(shown[2..]));
        line.End();
        line.Begin("y"u8);
        Assert.Equal("y", Encoding.Latin1.GetString(line.Bytes));
    }

    [Fact]
    public void A_series_keeps_the_longest_of_each_second_and_the_latest_seconds()
    {
        LatencySeries series = new();
        for (int i = 0; i < 200; i++)
        {
            series.Add(1000 + i, 5);
            series.Add(1000 + i, 10 + i);
            series.Add(1000 + i, 7);
        }

        Assert.Equal(LatencySeries.SamplesMax, series.Count);
        Assert.Equal(new LatencySample(1040, 50), series[0]);
        Assert.Equal(new LatencySample(1199, 209), series.Last);
        Assert.Equal(209, series.MaxMs);
    }

    // The graph of "LATENCY GRAPH" in Redis's documentation.
    [Fact]
    public void The_graph_is_drawn_as_Redis_draws_it()
    {
        StringBuilder text = new();
        (long, string)[] samples = [(500, "1m"), (600, "50s"), (700, "3s"), (1000, "0s")];
        Sparkline.Render(text, samples, 80, 4);
        string[] expected = ["   #", "   |", "  o|", "_#||", "    ", "1530", "m0ss", " s  "];
        Assert.Equal(string.Join('\n', expected) + "\n", text.ToString());
    }

    private static byte[] Unquoted(string quoted)
    {
        List<byte> bytes = [];
        for (int i = 1; i < quoted.Length - 1; i++)
        {
            if (quoted[i] != '\\')
            {
                bytes.Add((byte)quoted[i]);
                continue;
            }

            char letter = quoted[++i];
            if (letter == 'x')
            {
                bytes.Add(Convert.ToByte(quoted.Substring(i + 1, 2), 16));
                i += 2;
                continue;
            }

            bytes.Add(letter switch { 'n' => 10, 'r' => 13, 't' => 9, 'a' => 7, 'b' => 8, _ => (byte)letter });
        }

        return [.. bytes];
    }
}
