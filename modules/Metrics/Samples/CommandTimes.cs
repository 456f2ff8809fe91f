using System.Globalization;
using ModularKv.Abstractions;

namespace ModularKv.Metrics.Samples;

/// <summary>A command's distribution of durations at one moment: a copy, so that another thread may read it.</summary>
internal sealed class CommandTimes
{
    /// <summary>Buckets begin at 2^10 ns, as those of LATENCY HISTOGRAM.</summary>
    private const int FirstBit = 10;

    private static readonly Family Bucket = new(
        InfoNames.Prefix + "commands_latencies_usec_bucket", true, "Calls that ended within so many microseconds, per command.");

    private static readonly Family Count = new(
        InfoNames.Prefix + "commands_latencies_usec_count", true, "Calls whose duration was counted, per command.");

    private static readonly Family Sum = new(
        InfoNames.Prefix + "commands_latencies_usec_sum", true, "Microseconds spent per command.");

    private readonly string _name;
    private readonly long[] _histogram;
    private readonly long _nanoseconds;

    private CommandTimes(Command command)
    {
        _name = command.FullName;
        _histogram = [.. command.Latency!];
        _nanoseconds = command.Nanoseconds;
    }

    /// <summary>Copies what the commands have counted. On the loop thread.</summary>
    public static CommandTimes[] Copy(ICommandTable commands) =>
    [
        .. commands.All.SelectMany(command => command.Subcommands.Prepend(command)).Where(command => command.Latency is not null)
            .Select(command => new CommandTimes(command)),
    ];

    /// <summary>The samples, each bucket counting those before it too. Any thread.</summary>
    public IEnumerable<Sample> Samples()
    {
        long calls = 0;
        int last = Array.FindLastIndex(_histogram, count => count > 0);
        for (int i = 0; i <= last; i++)
        {
            calls += _histogram[i];
            if (i + 1 < FirstBit) continue;
            yield return new Sample(Bucket, Labels(("cmd", _name), ("le", Text(Math.Pow(2, i + 1) / 1000))), calls);
        }

        yield return new Sample(Bucket, Labels(("cmd", _name), ("le", "+Inf")), calls);
        yield return new Sample(Count, Labels(("cmd", _name)), calls);
        yield return new Sample(Sum, Labels(("cmd", _name)), _nanoseconds / 1000.0);
    }

    private static string Text(double micros) => micros.ToString("0.###", CultureInfo.InvariantCulture);

    private static KeyValuePair<string, object?>[] Labels(params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var pairs = new KeyValuePair<string, object?>[labels.Length];
        for (int i = 0; i < pairs.Length; i++) pairs[i] = new(labels[i].Name, labels[i].Value);
        return pairs;
    }
}
