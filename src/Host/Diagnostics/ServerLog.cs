using System.Globalization;
using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Host.Diagnostics;

/// <summary>Log lines in the form of Redis, to standard output or to a file: pid:role day month year time mark text.</summary>
internal sealed class ServerLog : ILog, IDisposable
{
    /// <summary>Longer lines are cut.</summary>
    private const int LineCharsMax = 8192;

    private static readonly char[] Marks = ['.', '-', '*', '#'];
    private readonly Lock _gate = new();
    private Stream _out = Console.OpenStandardOutput();
    private string _path = "";
    private SystemLog? _system;
    private bool _systemRefused;

    /// <summary>Lines below it are not written.</summary>
    public LogLevel Level { get; set; } = LogLevel.Notice;

    /// <summary>M: master, S: replica, X: sentinel, C: child.</summary>
    public char Role { get; set; } = 'M';

    /// <summary>Gets every line too; null: nobody.</summary>
    public SystemLog? System
    {
        get => _system;
        set
        {
            lock (_gate)
            {
                _system?.Dispose();
                _system = value;
                _systemRefused = false;
            }
        }
    }

    /// <summary>Where lines go; empty: standard output.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public string Path
    {
        get => _path;
        set
        {
            Stream next = value.Length == 0
                ? Console.OpenStandardOutput()
                : new FileStream(value, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1);
            lock (_gate)
            {
                _out.Dispose();
                _out = next;
                _path = value;
            }
        }
    }

    /// <inheritdoc/>
    public void Write(LogLevel level, string text)
    {
        if (level < Level) return;
        if (text.Length > LineCharsMax) text = text[..LineCharsMax];
        lock (_gate)
        {
            WriteLine(level, text);
            string? refusal = _system?.Write(level, text);
            if (refusal is not null && !_systemRefused) WriteLine(LogLevel.Warning, refusal); // once, until it takes lines again
            _systemRefused = refusal is not null;
        }
    }

    /// <summary>Writes text as it is, without time and mark, when <paramref name="level"/> is enabled.</summary>
    public void WriteRaw(string text, LogLevel level = LogLevel.Notice)
    {
        if (level < Level) return;
        lock (_gate)
        {
            _out.Write(Encoding.UTF8.GetBytes(text));
            _out.Flush();
        }
    }

    private void WriteLine(LogLevel level, string text)
    {
        string time = DateTime.Now.ToString("dd MMM yyyy HH:mm:ss.fff", CultureInfo.InvariantCulture);
        _out.Write(Encoding.UTF8.GetBytes($"{Environment.ProcessId}:{Role} {time} {Marks[(int)level]} {text}\n"));
        _out.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _system?.Dispose();
        _out.Dispose();
    }
}
