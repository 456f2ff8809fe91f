using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Acl.Checking;

namespace ModularKv.Acl.Commands;

/// <summary>ACL LOG.</summary>
internal sealed class LogCommands(AccessLog log)
{
    private const long ShownEntries = 10;

    /// <summary>ACL LOG [count | RESET]. Source: redis.io/commands/acl-log.</summary>
    public void Show(ref CommandContext call)
    {
        if (AclArguments.HasTooMany(ref call, 3)) return;
        if (call.ArgumentIs(2, "reset"u8))
        {
            log.Clear();
            call.Reply.Ok();
            return;
        }

        long count = ShownEntries;
        if (call.ArgumentCount == 3 && !NumberText.TryParse(call.Argument(2), out count))
        {
            call.Reply.NotAnInteger();
            return;
        }

        count = Math.Clamp(count, 0, log.Entries.Count);
        call.Reply.Array(count);
        foreach (AccessEntry entry in log.Entries.Take((int)count)) Write(call.Reply, entry, call.NowMs);
    }

    private static void Write(ReplyWriter reply, AccessEntry entry, long nowMs)
    {
        reply.Map(7);
        reply.Bulk("count"u8);
        reply.Integer(entry.Count);
        reply.Bulk("reason"u8);
        reply.Bulk(Encoding.ASCII.GetBytes(entry.Reason));
        reply.Bulk("context"u8);
        reply.Bulk(Encoding.ASCII.GetBytes(entry.Context));
        reply.Bulk("object"u8);
        reply.Bulk(entry.About);
        reply.Bulk("username"u8);
        reply.Bulk(entry.User);
        reply.Bulk("age-seconds"u8);
        reply.Double((nowMs - entry.UpdatedAtMs) / 1000.0);
        reply.Bulk("client-info"u8);
        reply.Bulk(ConfigurationText.Encode(entry.Client));
    }
}
