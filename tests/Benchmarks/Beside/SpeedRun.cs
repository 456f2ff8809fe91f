using System.Diagnostics;
using System.Globalization;

namespace ModularKv.Benchmarks.Beside;

/// <summary>Measures rows on servers in turn: CPU of all threads of the server, divided by the operations done.</summary>
public sealed class SpeedRun(BesideOptions options)
{
    private const int WarmUpRounds = 2;

    /// <summary>Runs and prints.</summary>
    public void Run(IReadOnlyList<BesideServer> servers, IReadOnlyList<SpeedTest> tests)
    {
        Dictionary<(string Test, int Pipeline, string Server), List<double>> results = [];
        foreach (SpeedTest test in tests)
        {
            int[] pipelines = test.Pipeline > 0 ? [test.Pipeline] : options.Pipelines;
            foreach (BesideServer server in servers)
            {
                using LoadConnection connection = new(server.Port);
                connection.Fill(test.Prepare());
                for (int i = 0; i < WarmUpRounds; i++) Measure(server, test, pipelines[^1]);
            }

            foreach (int pipeline in pipelines)
            {
                for (int round = 0; round < options.Rounds; round++)
                {
                    foreach (BesideServer server in servers)
                    {
                        var key = (test.Name, pipeline, server.Name);
                        if (!results.TryGetValue(key, out List<double>? measured)) results.Add(key, measured = []);
                        measured.Add(Measure(server, test, pipeline));
                    }
                }

                Print(servers, test.Name, pipeline, results);
            }
        }
    }

    private static void Print(
        IReadOnlyList<BesideServer> servers, string test, int pipeline, Dictionary<(string, int, string), List<double>> results)
    {
        double first = 0;
        foreach (BesideServer server in servers)
        {
            double[] runs = [.. results[(test, pipeline, server.Name)].Order()];
            double median = runs[runs.Length / 2];
            if (first == 0) first = median;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"P={pipeline,-3} {test,-18} {server.Name,-16} cpu/op={median,10:F3} us  "
                + $"range {runs[0]:F3}-{runs[^1]:F3}  ratio={median / first:F2}"));
        }
    }

    /// <summary>CPU microseconds per operation, or per delivered message.</summary>
    private double Measure(BesideServer server, SpeedTest test, int pipeline)
    {
        double wanted = test.Operations * options.Scale / (pipeline >= 16 || test.Pipeline > 0 ? 1 : 8);
        int rounds = Math.Max(1, (int)(wanted / ((double)test.Clients * pipeline)));
        long operations = (long)rounds * test.Clients * pipeline;
        using Audience audience = new(server, test.Subscribers);
        List<LoadConnection> connections = [];
        try
        {
            for (int i = 0; i < test.Clients; i++) connections.Add(new LoadConnection(server.Port));
            RequestTemplate template = new(test.Commands, pipeline);
            double before = server.CpuMicros;
            foreach (LoadConnection connection in connections) connection.Send(template.Next(options.Keys), template.Replies);
            for (int round = 1; round < rounds; round++)
            {
                foreach (LoadConnection connection in connections)
                {
                    connection.Wait();
                    connection.Send(template.Next(options.Keys), template.Replies);
                }
            }

            foreach (LoadConnection connection in connections) connection.Wait();
            audience.WaitFor(operations, test);
            return (server.CpuMicros - before) / (operations * Math.Max(1, test.Subscribers));
        }
        finally
        {
            foreach (LoadConnection connection in connections) connection.Dispose();
        }
    }

    /// <summary>The subscribers, who read all that comes.</summary>
    private sealed class Audience : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
        private readonly List<LoadConnection> _subscribers = [];

        public Audience(BesideServer server, int count)
        {
            if (count == 0) return;
            using LoadConnection admin = new(server.Port);
            admin.Call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 0 0");
            for (int i = 0; i < count; i++)
            {
                LoadConnection subscriber = new(server.Port);
                subscriber.Call("SUBSCRIBE", "channel");
                _subscribers.Add(subscriber);
                _ = subscriber.Drain();
            }
        }

        public void WaitFor(long messages, SpeedTest test)
        {
            if (_subscribers.Count == 0) return;
            string[] command = test.Commands[0];
            long bytes = messages * RequestTemplate.Encode("message", command[1], command[2]).Length;
            Stopwatch waited = Stopwatch.StartNew();
            while (_subscribers.Any(subscriber => subscriber.Received < bytes))
            {
                if (waited.Elapsed > Patience) throw new InvalidOperationException("messages were not delivered");
                Thread.Sleep(1);
            }
        }

        public void Dispose()
        {
            foreach (LoadConnection subscriber in _subscribers) subscriber.Dispose();
        }
    }
}
