using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ModularKv.Strings.Tests;

/// <summary>A real redis-server of our own behind a Unix socket, to ask for the right answer.</summary>
internal sealed class RedisOracle : IDisposable
{
    private const int StartTimeoutMs = 5000;

    private readonly Process _server;
    private readonly DirectoryInfo _folder;
    private readonly NetworkStream _stream;

    private RedisOracle(Process server, DirectoryInfo folder, NetworkStream stream)
    {
        _server = server;
        _folder = folder;
        _stream = stream;
    }

    /// <summary>Starts one; null when redis-server is not installed.</summary>
    public static RedisOracle? TryStart()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("oracle");
        string path = Path.Combine(folder.FullName, "socket");
        string[] arguments = ["--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no", "--dir", folder.FullName];
        Process server;
        try
        {
            server = Process.Start(new ProcessStartInfo("redis-server", arguments) { RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            folder.Delete(recursive: true);
            return null;
        }

        Stopwatch waiting = Stopwatch.StartNew();
        while (!File.Exists(path) && waiting.ElapsedMilliseconds < StartTimeoutMs) Thread.Sleep(10);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return new RedisOracle(server, folder, new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Runs commands whose replies are single lines or bulk strings; errors come back as their text.</summary>
    public string[] Run(IReadOnlyList<string[]> commands)
    {
        const int Batch = 500;
        List<string> replies = [];
        using StreamReader reader = new(_stream, Encoding.ASCII, leaveOpen: true);
        foreach (string[][] batch in commands.Chunk(Batch))
        {
            StringBuilder sent = new();
            foreach (string[] command in batch)
            {
                sent.Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
                foreach (string argument in command) sent.Append(CultureInfo.InvariantCulture, $"${argument.Length}\r\n{argument}\r\n");
            }

            _stream.Write(Encoding.ASCII.GetBytes(sent.ToString()));
            foreach (string[] _ in batch)
            {
                string line = reader.ReadLine()!;
                replies.Add(line[0] == '$' ? reader.ReadLine()! : line[1..]);
            }
        }

        return [.. replies];
    }

    public void Dispose()
    {
        _stream.Dispose();
        _server.Kill();
        _server.WaitForExit();
        _server.Dispose();
        _folder.Delete(recursive: true);
    }
}
