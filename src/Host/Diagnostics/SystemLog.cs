using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Host.Diagnostics;

/// <summary>The system's log daemon, behind its datagram socket. Form: RFC 3164, as the C library's syslog() sends it.</summary>
/// <param name="path">Of the daemon's socket, usually <see cref="StandardPath"/>.</param>
/// <param name="ident">Stands before the process id.</param>
/// <param name="facility">"user", or "local0" to "local7".</param>
internal sealed class SystemLog(string path, string ident, string facility) : IDisposable
{
    /// <summary>Where a daemon listens on Linux.</summary>
    public const string StandardPath = "/dev/log";

    private const int User = 1, LocalFirst = 16;

    // debug, info, notice, warning in the daemon's numbers.
    private static readonly int[] Severities = [7, 6, 5, 4];
    private readonly int _facility = facility == "user" ? User : LocalFirst + (facility[^1] - '0');
    private Socket? _socket;

    /// <summary>Sends a line. Null, or why it could not be sent; the next one tries again.</summary>
    public string? Write(LogLevel level, string text)
    {
        string time = DateTime.Now.ToString("MMM d HH:mm:ss", CultureInfo.InvariantCulture);
        int priority = (_facility * 8) + Severities[(int)level];
        byte[] line = Encoding.UTF8.GetBytes($"<{priority}>{time} {ident}[{Environment.ProcessId}]: {text}");
        try
        {
            _socket ??= Open();
            _socket.Send(line);
            return null;
        }
        catch (SocketException e)
        {
            _socket?.Dispose();
            _socket = null;
            return $"The system log at {path} takes no lines: {e.Message}. Start a log daemon or set syslog-enabled no.";
        }
    }

    private Socket Open()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();
}
