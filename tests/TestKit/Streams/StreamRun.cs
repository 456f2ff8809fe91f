using System.Diagnostics;
using System.Text;

namespace ModularKv.TestKit.Streams;

/// <summary>Sends a stream to both servers and collects the differences.</summary>
/// <param name="ours">The server under test; not owned. Its data is deleted.</param>
/// <param name="theirs">redis-server; not owned. Its data is deleted.</param>
/// <param name="protocol">2 or 3.</param>
public sealed class StreamRun(ServerProcess ours, ServerProcess theirs, int protocol)
{
    /// <summary>Streams select databases below this.</summary>
    public const int Databases = 4;

    private const int TimeoutsMax = 2;

    /// <summary>The whole keyspace is compared after this many commands.</summary>
    public int KeyspaceEvery { get; init; } = 200;

    private const int DyingMs = 500;

    /// <summary>Stops after this many differences; each time both servers are emptied and the stream goes on.</summary>
    public int DifferencesMax { get; init; } = 8;

    /// <summary>Classes of key events whose messages are compared too, as others hear them; null: none.</summary>
    public string? Events { get; init; }

    /// <summary>Changes the comparison of contents, for instance to read types of other modules.</summary>
    public Action<KeyspaceComparison>? Prepare { get; init; }

    /// <summary>Runs the stream.</summary>
    /// <returns>Null when everything agreed, otherwise a report of the first differences, with the seed.</returns>
    public string? Compare(CommandStream stream, int commands)
    {
        using SideBySide pair = new(ours, theirs, protocol);
        using KeyspaceComparison keyspace = new(ours, theirs, Databases);
        Prepare?.Invoke(keyspace);
        keyspace.Clear();
        using ConfigurationComparison configuration = new(ours, theirs);
        using EventComparison? events = Events is null ? null : new EventComparison(ours, theirs, Events);

        List<string> differences = [];
        HashSet<string> names = [];
        int timeouts = 0;
        int uncompared = 0;
        for (int i = 0; i < commands && differences.Count < DifferencesMax && timeouts < TimeoutsMax; i++)
        {
            Command command = stream.Next();
            string? difference;
            try
            {
                difference = pair.Compare(command);
                keyspace.Note(command);
                if (difference == null && ++uncompared >= KeyspaceEvery && !stream.IsSettling)
                {
                    uncompared = 0;
                    difference = events?.Compare() is string heard ? $"{heard}\n{pair.History()}" : Explain(keyspace, configuration, pair);
                    events?.Forget(); // what the comparison caused itself
                }
            }
            catch (RespException failure)
            {
                timeouts++;
                difference = $"command: {command}\nno reply: {failure.Message}";
            }
            if (difference == null) continue;
            Thread.Sleep(DyingMs); // a server that crashes closes its connections before it has ended
            if (!ours.IsRunning)
                return Report(stream, i, [.. differences, difference + "\nthe server under test has ended; its log:\n" + ours.Log]);
            if (!theirs.IsRunning)
                return Report(stream, i, [.. differences, difference + "\nredis-server has ended; its log:\n" + theirs.Log]);
            // The same command differing again says nothing new.
            if (names.Add(Subject(command) + difference.StartsWith("keyspace", StringComparison.Ordinal)))
                differences.Add($"#{i} {difference}");
            pair.Reconnect();
            keyspace.Clear();
            configuration.Restore();
        }
        if (differences.Count == 0 && configuration.Compare() is string left) differences.Add($"at the end: {left}");
        configuration.Restore();
        return differences.Count == 0 ? null : Report(stream, commands, differences);
    }

    /// <summary>Runs the stream and says how long it took, for the tests' output.</summary>
    public string? Compare(CommandStream stream, int commands, Action<string> say)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string? report = Compare(stream, commands);
        say($"seed {stream.Seed}, RESP{protocol}, {commands} commands: {watch.Elapsed.TotalSeconds:F1} s");
        return report;
    }

    private static string Subject(Command command) =>
        command.Word(0) is "CLIENT" or "DEBUG" or "OBJECT" or "CONFIG" or "COMMAND" or "MEMORY"
            ? command.Word(0) + " " + command.Word(1) : command.Word(0);

    private static string? Explain(KeyspaceComparison keyspace, ConfigurationComparison configuration, SideBySide pair) =>
        (configuration.Compare() ?? keyspace.Compare()) is string difference ? $"keyspace differs: {difference}\n{pair.History()}" : null;

    private static string Report(CommandStream stream, int commands, List<string> differences)
    {
        StringBuilder text = new();
        text.Append($"seed {stream.Seed}: {differences.Count} kinds of difference within {commands} commands\n");
        foreach (string difference in differences) text.Append('\n').Append(difference).Append('\n');
        return text.ToString();
    }
}
