using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Strings.Commands;

/// <summary>The longest string a command may build: proto-max-bulk-len, which bounds what clients can send as well.</summary>
internal static class StringLimit
{
    /// <summary>proto-max-bulk-len cannot be set lower, so shorter results need no look at the configuration.</summary>
    private const long SmallestLimitBytes = 1024 * 1024;

    /// <summary>A span cannot be longer, whatever the configuration allows.</summary>
    private const long SpanBytesMax = 0x7FFFFFC7;

    private const long DefaultBytes = 512L * 1024 * 1024;

    private static readonly ReadOnlyMemory<byte>[] ParameterName = ["proto-max-bulk-len"u8.ToArray()];

    /// <summary>Whether a string of so many bytes may be built; replies with the error if not.</summary>
    /// <param name="call">The call. The stream of a master or a file is obeyed beyond the configured limit.</param>
    /// <param name="offset">Bytes before; not negative.</param>
    /// <param name="length">Bytes added; not negative.</param>
    public static bool Allows(ref CommandContext call, long offset, long length)
    {
        // The sum of two numbers below 2^63 cannot wrap as an unsigned one.
        ulong total = (ulong)offset + (ulong)length;
        bool obey = (call.Client.Flags & (ClientFlags.Master | ClientFlags.Internal)) != 0;
        if (obey ? total <= SpanBytesMax : Holds(call.Server, total)) return true;
        call.Reply.Error("ERR string exceeds maximum allowed size (proto-max-bulk-len)"u8);
        return false;
    }

    /// <summary>Whether so many bytes are within the configured limit.</summary>
    public static bool Holds(IServer server, ulong bytes) => bytes <= SmallestLimitBytes || bytes <= (ulong)Bytes(server);

    private static long Bytes(IServer server)
    {
        IReadOnlyList<ConfigurationEntry> found = server.Configuration.Get(ParameterName);
        if (found.Count == 0) return DefaultBytes;
        string text = Encoding.ASCII.GetString(found[0].Value);
        bool parsed = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes);
        return parsed ? Math.Min(bytes, SpanBytesMax) : DefaultBytes;
    }
}
