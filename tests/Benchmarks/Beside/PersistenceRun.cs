using System.Diagnostics;

namespace ModularKv.Benchmarks.Beside;

/// <summary>
/// Has redis-server make and save each row's data set; then every server in turn loads that file, as its log times it, and saves it again.
/// Servers may use all processors.
/// </summary>
public sealed class PersistenceRun(BesideOptions options)
{
    private const string FileName = "dump.rdb";

    /// <summary>Runs and prints the medians.</summary>
    /// <exception cref="InvalidOperationException">A server did not load what was saved.</exception>
    public void Run(IReadOnlyList<(string Name, string Command)> servers, IReadOnlyList<PersistenceTest> tests)
    {
        foreach (PersistenceTest test in tests)
        {
            string directory = Directory.CreateTempSubdirectory("beside-").FullName;
            try
            {
                int keys = Math.Max(1, (int)(test.Keys * options.Scale));
                Make(test, keys, directory);
                Measure(test, keys, servers, directory);
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private static string Processors => Environment.ProcessorCount > 1 ? "0,1" : "0";

    private void Make(PersistenceTest test, int keys, string directory)
    {
        using BesideServer server = new("redis", options.Redis, options.Port, directory, Processors);
        using LoadConnection connection = new(server.Port);
        connection.Fill(Enumerable.Range(0, keys).SelectMany(test.Command));
        connection.Call("SAVE");
    }

    private void Measure(PersistenceTest test, int keys, IReadOnlyList<(string Name, string Command)> servers, string directory)
    {
        var loads = new List<double>[servers.Count];
        var saves = new List<double>[servers.Count];
        string image = Path.Combine(directory, FileName);
        for (int i = 0; i < servers.Count; i++) (loads[i], saves[i]) = ([], []);
        for (int round = 0; round < options.Rounds; round++)
        {
            for (int i = 0; i < servers.Count; i++)
            {
                string own = Directory.CreateTempSubdirectory("beside-").FullName;
                try
                {
                    CopyToDisk(image, Path.Combine(own, FileName));
                    (double load, double save) = Once(servers[i], keys, own);
                    loads[i].Add(load);
                    saves[i].Add(save);
                }
                finally
                {
                    Directory.Delete(own, recursive: true);
                }
            }
        }

        for (int i = 0; i < servers.Count; i++)
        {
            (double load, double save) = (Median(loads[i]), Median(saves[i]));
            Console.WriteLine(FormattableString.Invariant(
                $"{test.Name,-10} {servers[i].Name,-12} keys={keys} MB={new FileInfo(image).Length / 1e6:F0}")
                + FormattableString.Invariant($" load={load:F3}s ratio={load / Median(loads[0]):F2}")
                + FormattableString.Invariant($" save={save:F3}s ratio={save / Median(saves[0]):F2}"));
        }
    }

    // All the way: a server that uses several processors would otherwise share them with the system that still writes the copy.
    private static void CopyToDisk(string from, string to)
    {
        File.Copy(from, to);
        using FileStream copy = new(to, FileMode.Open, FileAccess.ReadWrite);
        copy.Flush(flushToDisk: true);
    }

    private (double Load, double Save) Once((string Name, string Command) program, int keys, string directory)
    {
        using BesideServer server = new(program.Name, program.Command, options.Port, directory, Processors);
        using LoadConnection connection = new(server.Port);
        string size = connection.Call("DBSIZE").Trim();
        if (size != $":{keys}") throw new InvalidOperationException($"{program.Name} answers {size} to DBSIZE, and not {keys}");
        long start = Stopwatch.GetTimestamp();
        connection.Call("SAVE");
        return (server.LoadSeconds, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
