using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Lists;

/// <summary>What DEBUG can do to lists.</summary>
internal sealed class ListDebug(ListSettings settings)
{
    // "slightly below 4 GB" is refused too. Source: quicklistisSetPackedThreshold.
    private const long ThresholdMax = (1L << 32) - (1L << 20);

    /// <summary>DEBUG QUICKLIST-PACKED-THRESHOLD size.</summary>
    public DebugSubcommand PackedThreshold => new()
    {
        Name = "quicklist-packed-threshold", ArgumentsMin = 1, ArgumentsMax = 1, Usage = "<size>",
        Summary = "Elements of lists from so many bytes on get nodes of their own; 0: only those above a node's limit.",
        Handler = SetPackedThreshold,
    };

    private void SetPackedThreshold(ref CommandContext call)
    {
        if (!MemorySize.TryParse(Encoding.Latin1.GetString(call.Argument(2)), out long bytes) || bytes > ThresholdMax)
        {
            call.Reply.Error("ERR argument must be a memory value bigger than 1 and smaller than 4gb"u8);
            return;
        }

        settings.PackedThreshold = bytes;
        call.Reply.Ok();
    }
}
