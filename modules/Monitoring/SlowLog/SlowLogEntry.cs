using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Monitoring.SlowLog;

/// <summary>A command that took long, trimmed so that a log of them stays small. Source: slowlogCreateEntry.</summary>
internal sealed class SlowLogEntry
{
    /// <summary>Arguments kept of one command; the last one tells how many more there were. Source: SLOWLOG_ENTRY_MAX_ARGC.</summary>
    private const int ArgumentsMax = 32;

    /// <summary>Bytes kept of one argument. Source: SLOWLOG_ENTRY_MAX_STRING.</summary>
    private const int ArgumentBytesMax = 128;

    /// <summary>Copies what is kept of the call.</summary>
    public SlowLogEntry(long id, in CommandContext call, long micros)
    {
        Id = id;
        UnixSeconds = call.Server.Clock.UnixMicros() / 1_000_000;
        Micros = micros;
        ClientAddress = call.Client.Address;
        ClientName = call.Client.Name;
        int count = call.ArgumentCount;
        Arguments = new byte[Math.Min(count, ArgumentsMax)][];
        for (int i = 0; i < Arguments.Length; i++)
        {
            Arguments[i] = call.IsRedacted(i) ? "(redacted)"u8.ToArray() : Trimmed(call.Argument(i));
        }

        if (count > ArgumentsMax) Arguments[^1] = Encoding.ASCII.GetBytes($"... ({count - ArgumentsMax + 1} more arguments)");
    }

    /// <summary>Rising since the server started.</summary>
    public long Id { get; }

    /// <summary>When it ended, Unix time in seconds.</summary>
    public long UnixSeconds { get; }

    /// <summary>How long it ran, in microseconds.</summary>
    public long Micros { get; }

    /// <summary>The command's name and arguments.</summary>
    public byte[][] Arguments { get; }

    /// <summary>Who asked.</summary>
    public string ClientAddress { get; }

    /// <summary>As that client called itself.</summary>
    public string ClientName { get; }

    private static byte[] Trimmed(ReadOnlySpan<byte> argument)
    {
        if (argument.Length <= ArgumentBytesMax) return argument.ToArray();
        byte[] more = Encoding.ASCII.GetBytes($"... ({argument.Length - ArgumentBytesMax} more bytes)");
        return [.. argument[..ArgumentBytesMax], .. more];
    }
}
