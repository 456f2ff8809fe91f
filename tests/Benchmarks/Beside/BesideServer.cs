using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace ModularKv.Benchmarks.Beside;

/// <summary>A server program on CPU 0, and what the system says that it costs.</summary>
public sealed class BesideServer : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(120);
    private readonly Process _process;
    private readonly string _directory;
    private readonly bool _ownsDirectory;
    private double _loadSeconds = double.NaN;

    /// <summary>Starts it and waits for PONG.</summary>
    /// <param name="name">For the tables.</param>
    /// <param name="command">Program and arguments, separated by blanks; port and folder are added.</param>
    /// <param name="port">Where it listens, on loopback.</param>
    /// <param name="directory">Its folder, which stays; null: one that goes with it.</param>
    /// <param name="processors">Where it may run, as taskset takes it.</param>
    public BesideServer(string name, string command, int port, string? directory = null, string processors = "0")
    {
        Name = name;
        Port = port;
        _ownsDirectory = directory == null;
        _directory = directory ?? Directory.CreateTempSubdirectory("beside-").FullName;
        ProcessStartInfo start = new("taskset")
        {
            WorkingDirectory = _directory, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        string[] own = ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _directory, "--save", ""];
        foreach (string argument in (string[])["-c", processors, .. command.Split(' '), .. own]) start.ArgumentList.Add(argument);
        if (Path.GetFileName(command.Split(' ')[0]).StartsWith("redis-server", StringComparison.Ordinal))
        {
            foreach (string argument in (string[])["--appendonly", "no"]) start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            WaitForPong();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>For the tables.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>CPU time of all its threads so far, microseconds.</summary>
    public double CpuMicros
    {
        get
        {
            long nanoseconds = 0;
            foreach (string task in Directory.GetDirectories($"/proc/{_process.Id}/task"))
            {
                try
                {
                    nanoseconds += long.Parse(File.ReadAllText(task + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);
                }
                catch (IOException)
                {
                    // The thread has just ended.
                }
            }

            return nanoseconds / 1e3;
        }
    }

    /// <summary>Resident bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            string line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Seconds that its log names for loading its file; not a number before that.</summary>
    public double LoadSeconds => Volatile.Read(ref _loadSeconds);

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _process.Kill();
            _process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }

        _process.Dispose();
        if (_ownsDirectory) Directory.Delete(_directory, recursive: true);
    }

    private void Note(string? line)
    {
        const string Before = "DB loaded from disk: ";
        int at = line?.IndexOf(Before, StringComparison.Ordinal) ?? -1;
        if (at < 0) return;
        string seconds = line![(at + Before.Length)..].Split(' ')[0];
        Volatile.Write(ref _loadSeconds, double.Parse(seconds, CultureInfo.InvariantCulture));
    }

    private void WaitForPong()
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using LoadConnection probe = new(Port);
                probe.Call("PING");
                return;
            }
            catch (Exception e) when (IsStarting(e) && waited.Elapsed < StartTimeout && !_process.HasExited)
            {
                Thread.Sleep(20);
            }
        }
    }

    private static bool IsStarting(Exception e)
        => e is SocketException || (e is InvalidOperationException && e.Message.Contains("-LOADING", StringComparison.Ordinal));
}
