using ModularKv.Abstractions;

namespace ModularKv.SortedSets.Commands;

/// <summary>The timeout of a blocking command: seconds with fractions. Source: getTimeoutFromObjectOrReply.</summary>
internal static class BlockTimeout
{
    /// <summary>Reads it as milliseconds, rounded up; 0: for ever. False: an error was replied.</summary>
    public static bool TryRead(ref CommandContext call, int index, out long timeoutMs)
    {
        timeoutMs = 0;
        if (!DoubleText.TryParse(call.Argument(index), out double seconds))
        {
            call.Reply.Error("ERR timeout is not a float or out of range"u8);
            return false;
        }

        double milliseconds = Math.Ceiling(seconds * 1000);

        // What does not fit 64 bits becomes the smallest number there, and is negative.
        if (milliseconds < 0 || milliseconds >= long.MaxValue)
        {
            call.Reply.Error("ERR timeout is negative"u8);
            return false;
        }

        timeoutMs = (long)milliseconds;
        return true;
    }
}
