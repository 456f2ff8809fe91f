using System.Text;

namespace ModularKv.TestKit.Streams;

/// <summary>Replies about consumer groups tell times, and some fields of later versions: how they may differ from 7.0.15.</summary>
public static class StreamCommandsRules
{
    // Unix milliseconds of this century; entries' ids and counts in the streams are far below.
    private const long PresentMs = 1_000_000_000_000;
    private const int ClockToleranceMs = 5000;
    private const int ElapsedField = 2;
    private const int PendingFields = 4;

    // The reply's field, and what follows it: skipped, or a time counted from now.
    private static readonly string[] LaterFields = ["active-time", "inactive"];
    private static readonly string[] ElapsedFields = ["idle"];

    /// <summary>XPENDING: the time since a delivery may differ, nothing else.</summary>
    public static bool SamePending(Command command, Reply ours, Reply theirs)
    {
        if (ours.Kind != theirs.Kind || ours.Items.Count != theirs.Items.Count) return false;
        for (int i = 0; i < ours.Items.Count; i++)
        {
            (Reply mine, Reply other) = (ours.Items[i], theirs.Items[i]);
            if (mine.Raw.AsSpan().SequenceEqual(other.Raw)) continue;
            if (mine.Items.Count != PendingFields || other.Items.Count != PendingFields) return false;
            for (int field = 0; field < PendingFields; field++)
            {
                bool agree = field == ElapsedField
                    ? Math.Abs(mine.Items[field].Integer - other.Items[field].Integer) <= ClockToleranceMs
                    : mine.Items[field].Raw.AsSpan().SequenceEqual(other.Items[field].Raw);
                if (!agree) return false;
            }
        }
        return true;
    }

    /// <summary>XINFO: times may differ, fields of later versions may be missing there.</summary>
    public static bool SameInfo(Command command, Reply ours, Reply theirs) => Canonical(ours) == Canonical(theirs);

    private static string Canonical(Reply reply)
    {
        if (reply.Kind == ReplyKind.Integer) return reply.Integer > PresentMs ? "now" : ":" + reply.Text;
        if (reply.Items.Count == 0) return Encoding.Latin1.GetString(reply.Raw);
        StringBuilder text = new();
        text.Append('(');
        for (int i = 0; i < reply.Items.Count; i++)
        {
            string field = reply.Items[i].Kind == ReplyKind.Integer || reply.Items[i].Items.Count > 0 ? "" : reply.Items[i].Text;
            if (LaterFields.Contains(field))
            {
                i++;
                continue;
            }
            text.Append(Canonical(reply.Items[i])).Append(' ');
            if (ElapsedFields.Contains(field)) i++;
        }
        return text.Append(')').ToString();
    }
}
