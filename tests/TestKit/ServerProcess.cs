using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace ModularKv.TestKit;

/// <summary>A server program of its own on a free loopback port, in a temporary folder. Killed and cleaned up on dispose.</summary>
public sealed class ServerProcess : IDisposable
{
    /// <summary>Names another program than the built modularkv, for instance redis-server to check the tests themselves.</summary>
    public const string ServerVariable = "MODULARKV_SERVER";

    private const int StartAttempts = 3;
    private const int LogCharsMax = 4 * 1024 * 1024;
    private const int Terminate = 15;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private static readonly string[] RedisDirectives =
    [
        "--save", "", "--appendonly", "no", "--enable-debug-command", "yes", "--enable-module-command", "yes", "--daemonize", "no",
    ];

    private static readonly List<Process> Living = [];

    private readonly string program;
    private readonly string[] directives;
    private readonly StringBuilder log = new();
    private Process? process;

    static ServerProcess()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            lock (Living)
            {
                foreach (Process left in Living) Kill(left);
            }
        };
    }

    private ServerProcess(string program, string[] directives)
    {
        this.program = program;
        this.directives = directives;
        Directory = System.IO.Directory.CreateTempSubdirectory("modularkv-").FullName;
    }

    /// <summary>The loopback TCP port.</summary>
    public int Port { get; private set; }

    /// <summary>The process id of the running server.</summary>
    public int Pid => process?.Id ?? throw new InvalidOperationException("the server is not running");

    /// <summary>The server's working folder, absolute; deleted on dispose.</summary>
    public string Directory { get; }

    /// <summary>True until the process has ended.</summary>
    public bool IsRunning => process is { HasExited: false };

    /// <summary>What the server wrote to its standard streams since the first start.</summary>
    public string Log
    {
        get
        {
            lock (log) return log.ToString();
        }
    }

    /// <summary>Path of the server under test.</summary>
    public static string ServerUnderTest =>
        Environment.GetEnvironmentVariable(ServerVariable) is { Length: > 0 } path
            ? path
            : Repository.PathOf("src", "Host", "bin", "Release", "net10.0", OperatingSystem.IsWindows() ? "modularkv.exe" : "modularkv");

    /// <summary>Starts the server under test and waits for PONG.</summary>
    /// <param name="directives">As redis-server takes them: "--name", "value", ….</param>
    /// <exception cref="InvalidOperationException">It did not answer; carries the log.</exception>
    public static ServerProcess StartOurs(params string[] directives)
    {
        string program = ServerUnderTest;
        if (!File.Exists(program))
        {
            throw new InvalidOperationException($"{program} does not exist: build with -c Release, or set {ServerVariable}");
        }
        bool isRedis = Path.GetFileName(program) == "redis-server";
        string[] all = isRedis ? [.. RedisDirectives, .. directives] : ["--save", "", "--enable-debug-command", "yes", .. directives];
        return Start(program, all);
    }

    /// <summary>Starts redis-server without persistence and with DEBUG; skips the test when it is not installed.</summary>
    public static ServerProcess StartRedis(params string[] directives) =>
        Start(Peers.RequireRedis(), [.. RedisDirectives, .. directives]);

    private static ServerProcess Start(string program, string[] directives)
    {
        ServerProcess server = new(program, directives);
        for (int attempt = 1; ; attempt++)
        {
            server.Port = FreePort();
            try
            {
                server.Launch();
                return server;
            }
            catch (InvalidOperationException)
                when (attempt < StartAttempts && server.Log.Contains("in use", StringComparison.OrdinalIgnoreCase))
            {
                // Somebody took the port between our look and the server's bind.
            }
            catch
            {
                server.Dispose();
                throw;
            }
        }
    }

    /// <summary>Kills the process and starts it again on the same port and folder.</summary>
    public void Restart()
    {
        Kill();
        Launch();
    }

    /// <summary>Starts the server again after <see cref="Kill()"/> or <see cref="Stop"/>.</summary>
    public void Launch()
    {
        ProcessStartInfo start = new(program)
        {
            WorkingDirectory = Directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string[] own = ["--port", Port.ToString(), "--bind", "127.0.0.1", "--dir", Directory];
        foreach (string argument in own.Concat(directives)) start.ArgumentList.Add(argument);
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        process.Start();
        lock (Living) Living.Add(process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        WaitForPong();
    }

    /// <summary>Ends the process at once, as a crash would.</summary>
    public void Kill()
    {
        if (process == null) return;
        Kill(process);
        process.WaitForExit();
        Forget();
    }

    /// <summary>Waits until the process has ended by itself.</summary>
    /// <returns>Its exit code; 128 and the signal, where one ended it.</returns>
    public int WaitForExit()
    {
        Process ending = process ?? throw new InvalidOperationException("the server is not running");
        ending.WaitForExit();
        int code = ending.ExitCode;
        Forget();
        return code;
    }

    /// <summary>Asks the process to end (SIGTERM) and waits.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It did not end in time; it runs on.</exception>
    public int Stop(TimeSpan timeout)
    {
        Process stopping = process ?? throw new InvalidOperationException("the server is not running");
        _ = SendSignal(stopping.Id, Terminate);
        if (!stopping.WaitForExit(timeout)) throw new TimeoutException($"{this} did not end within {timeout.TotalSeconds} s of SIGTERM");
        int code = stopping.ExitCode;
        Forget();
        return code;
    }

    /// <summary>A new connection to this server.</summary>
    public RespClient Connect(TimeSpan? timeout = null) => RespClient.Connect(Port, timeout);

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        try
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
        catch (IOException)
        {
            // A leftover temporary folder harms nobody; the test's own outcome matters more.
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Path.GetFileName(program)} on port {Port}";

    private void WaitForPong()
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            if (process!.HasExited)
            {
                // Waiting without a limit also waits for the end of the redirected streams.
                process.WaitForExit();
                int code = process.ExitCode;
                Forget();
                throw new InvalidOperationException($"{this} ended with {code} before it answered; its log:\n{Log}");
            }
            try
            {
                using RespClient client = Connect(TimeSpan.FromSeconds(5));
                if (client.Call("PING").Text == "PONG") return;
            }
            catch (Exception failure) when (failure is SocketException or RespException)
            {
                if (waited.Elapsed > StartTimeout)
                {
                    Kill();
                    throw new InvalidOperationException($"{this} does not answer PING: {failure.Message}; its log:\n{Log}");
                }
            }
            Thread.Sleep(10);
        }
    }

    private void Write(string? line)
    {
        if (line == null) return;
        lock (log)
        {
            if (log.Length < LogCharsMax) log.AppendLine(line);
        }
    }

    private void Forget()
    {
        lock (Living) Living.Remove(process!);
        process!.Dispose();
        process = null;
    }

    private static void Kill(Process ending)
    {
        try
        {
            ending.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int processId, int signal);
}
