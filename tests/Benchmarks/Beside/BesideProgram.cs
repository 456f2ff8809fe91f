using System.Diagnostics;

namespace ModularKv.Benchmarks.Beside;

/// <summary>
/// <c>dotnet run -c Release --project tests/Benchmarks -- beside [mode] --server name=path --tests a,b</c>: the server beside redis-server
/// in one run, by CPU per operation, resident bytes per element, pauses, hits of a full cache, or the time of loading and saving.
/// Servers on CPU 0 (but for the last), this program on CPU 1.
/// </summary>
public static class BesideProgram
{
    /// <summary>Runs. Returns the exit code.</summary>
    public static int Run(string[] args)
    {
        BesideOptions options;
        try
        {
            options = BesideOptions.Parse(args);
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine($"{e.Message}\nbeside [speed|memory|stall|evict|persistence]"
                + " [--server [name=]command]... [--redis path]"
                + " [--tests a,b]"
                + " [--pipelines 1,16,64] [--rounds 3] [--keys 1000000] [--port 7300] [--scale 1]\n"
                + $"speed:  {string.Join(' ', SpeedTests.All.Select(test => test.Name))}\n"
                + $"memory: {string.Join(' ', MemoryTests.All.Select(test => test.Name))}\n"
                + "stall:  hash set zset list stream intset\n"
                + $"persistence: {string.Join(' ', PersistenceTests.All.Select(test => test.Name))}");
            return 1;
        }

        if (OperatingSystem.IsLinux() && Environment.ProcessorCount > 1)
        {
            using var self = Process.GetCurrentProcess();
            self.ProcessorAffinity = 2;
        }

        List<(string Name, string Command)> commands = [("redis", options.Redis), .. options.Servers];
        if (options.Mode == "memory")
        {
            new MemoryRun(options).Run(commands, Chosen(MemoryTests.All, test => test.Name, options.Tests));
            return 0;
        }

        if (options.Mode == "persistence")
        {
            new PersistenceRun(options).Run(commands, Chosen(PersistenceTests.All, test => test.Name, options.Tests));
            return 0;
        }

        List<BesideServer> servers = [];
        try
        {
            foreach ((string name, string command) in commands)
            {
                servers.Add(new BesideServer(name, command, options.Port + servers.Count));
            }

            if (options.Mode == "stall") new StallRun(options).Run(servers);
            else if (options.Mode == "evict") new EvictionRun(options).Run(servers);
            else new SpeedRun(options).Run(servers, Chosen(SpeedTests.All, test => test.Name, options.Tests));
            return 0;
        }
        finally
        {
            foreach (BesideServer server in servers) server.Dispose();
        }
    }

    private static IReadOnlyList<T> Chosen<T>(IReadOnlyList<T> all, Func<T, string> name, string[] wanted)
        => wanted.Length == 0 ? all : [.. all.Where(test => wanted.Contains(name(test)))];
}
