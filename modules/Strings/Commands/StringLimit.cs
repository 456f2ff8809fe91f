using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Strings.Commands;

/// <summary>The longest string a command may build: proto-max-bulk-len, which bounds what clients can send as well.</summary>
/// <param name="parameter">The server's parameter; null where the server has none.</param>
internal sealed class StringLimit(MemoryParameter? parameter)
{
    /// <summary>A span cannot be longer, whatever the configuration allows.</summary>
    private const long SpanBytesMax = 0x7FFFFFC7;

    private const long DefaultBytes = 512L * 1024 * 1024;

    private long Bytes => Math.Min(parameter?.Value ?? DefaultBytes, SpanBytesMax);

    /// <summary>Whether a string of so many bytes may be built; replies with the error if not.</summary>
    /// <param name="call">The call. The stream of a master or a file is obeyed beyond the configured limit.</param>
    /// <param name="offset">Bytes before; not negative.</param>
    /// <param name="length">Bytes added; not negative.</param>
    public bool Allows(ref CommandContext call, long offset, long length)
    {
        // The sum of two numbers below 2^63 cannot wrap as an unsigned one.
        ulong total = (ulong)offset + (ulong)length;
        if (Holds(total)) return true;
        bool obey = (call.Client.Flags & (ClientFlags.Master | ClientFlags.Internal)) != 0;
        if (obey && total <= SpanBytesMax) return true;
        call.Reply.Error("ERR string exceeds maximum allowed size (proto-max-bulk-len)"u8);
        return false;
    }

    /// <summary>Whether so many bytes are within the configured limit.</summary>
    public bool Holds(ulong bytes) => bytes <= (ulong)Bytes;
}
