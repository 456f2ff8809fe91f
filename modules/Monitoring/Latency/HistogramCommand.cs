using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Monitoring.Latency;

/// <summary>LATENCY HISTOGRAM: how many calls of each command ended within which time.</summary>
internal sealed class HistogramCommand(IServer server)
{
    /// <summary>The first bucket that is shown ends at 2^10 ns; each further one is twice as long. Source: fillCommandCDF.</summary>
    private const int FirstBit = 10;

    /// <summary>The last one: what took longer is counted as a second. Source: LATENCY_HISTOGRAM_MAX_VALUE.</summary>
    private const int LastBit = 30;

    /// <summary>
    /// A bucket's end is the highest value that counts as its power of two at two significant digits: 256 steps to a bucket pair.
    /// </summary>
    private const int StepBits = 7;

    /// <summary>LATENCY HISTOGRAM [command ...]. Source: redis.io/commands/latency-histogram.</summary>
    public void Histogram(ref CommandContext call)
    {
        var found = new List<Command>();
        if (call.ArgumentCount == 2)
        {
            foreach (Command command in server.Commands.All) AddWithSubcommands(found, command);
        }

        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (Find(call.Argument(i)) is { } command) AddWithSubcommands(found, command);
        }

        call.Reply.Map(found.Count);
        foreach (Command command in found)
        {
            call.Reply.Bulk(Encoding.UTF8.GetBytes(command.FullName));
            Write(call.Reply, command.Latency!);
        }
    }

    private Command? Find(ReadOnlySpan<byte> name)
    {
        int bar = name.IndexOf((byte)'|');
        if (bar < 0) return server.Commands.Find(name);
        string sub = Encoding.UTF8.GetString(name[(bar + 1)..]);
        return server.Commands.Find(name[..bar])?.Subcommands.FirstOrDefault(
            command => command.Spec.Name.Equals(sub, StringComparison.OrdinalIgnoreCase));
    }

    private static void AddWithSubcommands(List<Command> found, Command command)
    {
        if (command.Latency is not null) found.Add(command);
        found.AddRange(command.Subcommands.Where(sub => sub.Latency is not null));
    }

    private static void Write(ReplyWriter reply, long[] histogram)
    {
        reply.Map(2);
        reply.Bulk("calls"u8);
        reply.Integer(histogram.Sum());
        reply.Bulk("histogram_usec"u8);
        DeferredLength length = reply.Defer();
        int shown = 0;
        long before = 0, calls = 0;
        for (int bit = 1; bit <= LastBit; bit++)
        {
            // An element ends where the next one begins; those that end below the first bucket are part of it.
            calls += bit < LastBit ? histogram[bit - 1] : histogram.Skip(bit - 1).Sum();
            if (bit < FirstBit || calls == before) continue;
            before = calls;
            reply.Integer(((1L << bit) + (1L << (bit - StepBits)) - 1) / 1000);
            reply.Integer(calls);
            shown++;
        }

        reply.Finish(length, Aggregate.Map, shown);
    }
}
