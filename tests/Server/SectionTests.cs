using ModularKv.Abstractions;
using ModularKv.Server.Commands;
using ModularKv.Server.Info;
using ModularKv.Server.Tables;

namespace ModularKv.Server.Tests;

/// <summary>What can be judged without a server.</summary>
public sealed class SectionTests
{
    [Theory]
    [InlineData(0, "0B")]
    [InlineData(1023, "1023B")]
    [InlineData(1024, "1.00K")]
    [InlineData(990288, "967.08K")]
    [InlineData(25276510208, "23.54G")]
    [InlineData(long.MaxValue, "8192.00P")]
    public void Bytes_for_people_are_as_Redis_prints_them(long bytes, string expected)
        => Assert.Equal(expected, MemorySnapshot.Human(bytes));

    [Fact]
    public void A_percentile_is_the_upper_end_of_the_element_it_falls_into()
    {
        long[] histogram = new long[64];
        histogram[9] = 98;
        histogram[14] = 1;
        histogram[19] = 1;
        Assert.Equal(1.023, LatencyHistogram.MicrosAt(histogram, 50), 3);
        Assert.Equal(32.767, LatencyHistogram.MicrosAt(histogram, 99), 3);
        Assert.Equal(1048.575, LatencyHistogram.MicrosAt(histogram, 99.9), 3);
        Assert.Equal(0, LatencyHistogram.MicrosAt(new long[64], 50));
    }

    [Fact]
    public void Every_row_can_be_read_and_called()
    {
        IServer server = null!;
        CommandSpec[] rows =
        [
            .. DatabaseTable.Rows(new DatabaseCommands(server, null!)),
            .. ServerTable.Rows(new InfoCommand(server), new ShutdownCommand(server), new DebugCommands(server), new Lolwut(null!)),
            ConfigTable.Row(new ConfigCommands(server)), MemoryTable.Row(new MemoryCommands(server)),
            ModuleTable.Row(new ModuleCommands(server)),
            CommandTable.Row(new CommandFacts(server), new CommandDocs(server), new CommandKeys(server)),
        ];
        foreach (CommandSpec row in rows.SelectMany(row => row.Subcommands.Prepend(row)))
        {
            ArgumentSyntax.Parse(row.Arguments);
            Assert.NotEmpty(row.Summary);
            Assert.True(row.Handler is not null || row.Subcommands.Length > 0, row.Name);
        }
    }
}
