using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>WAIT on a server without replicas: none ever acknowledges, so it replies 0 at once or when its time is up.</summary>
internal static class Waiting
{
    /// <summary>WAIT numreplicas timeout (milliseconds; 0: without end). Source: redis.io/commands/wait.</summary>
    public static void Wait(ref CommandContext call)
    {
        if (!NumberText.TryParse(call.Argument(1), out long replicas))
        {
            call.Reply.NotAnInteger();
        }
        else if (!NumberText.TryParse(call.Argument(2), out long timeoutMs))
        {
            call.Reply.Error("ERR timeout is not an integer or out of range"u8);
        }
        else if (timeoutMs < 0)
        {
            call.Reply.Error("ERR timeout is negative"u8);
        }
        else if (replicas <= 0 || call.MayNotBlock || call.IsTimedOut)
        {
            call.Reply.Integer(0);
        }
        else
        {
            // The end must fit into 64 bits of Unix milliseconds.
            call.BlockOnKeys([], Math.Min(timeoutMs, long.MaxValue - call.NowMs), BlockOptions.NoKeys);
        }
    }
}
