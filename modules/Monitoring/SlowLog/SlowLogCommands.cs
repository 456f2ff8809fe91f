using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Monitoring.SlowLog;

/// <summary>SLOWLOG.</summary>
internal sealed class SlowLogCommands(SlowLogRecorder log)
{
    private const long CountDefault = 10;

    /// <summary>SLOWLOG GET [count]. Source: redis.io/commands/slowlog-get.</summary>
    public void Get(ref CommandContext call)
    {
        long count = CountDefault;
        if (call.ArgumentCount > 3)
        {
            call.Reply.Error([.. "ERR unknown subcommand or wrong number of arguments for '"u8, .. Words.Shown(call.Argument(1)),
                .. "'. Try SLOWLOG HELP."u8]);
            return;
        }

        if (call.ArgumentCount == 3 && (!NumberText.TryParse(call.Argument(2), out count) || count < -1))
        {
            call.Reply.Error("ERR count should be greater than or equal to -1"u8);
            return;
        }

        if (count == -1 || count > log.Count) count = log.Count;
        call.Reply.Array(count);
        foreach (SlowLogEntry entry in log.Entries.Take((int)count)) Write(call.Reply, entry);
    }

    /// <summary>SLOWLOG LEN. Source: redis.io/commands/slowlog-len.</summary>
    public void Length(ref CommandContext call) => call.Reply.Integer(log.Count);

    /// <summary>SLOWLOG RESET. Source: redis.io/commands/slowlog-reset.</summary>
    public void Reset(ref CommandContext call)
    {
        log.Clear();
        call.Reply.Ok();
    }

    private static void Write(ReplyWriter reply, SlowLogEntry entry)
    {
        reply.Array(6);
        reply.Integer(entry.Id);
        reply.Integer(entry.UnixSeconds);
        reply.Integer(entry.Micros);
        reply.Array(entry.Arguments.Length);
        foreach (byte[] argument in entry.Arguments) reply.Bulk(argument);
        reply.Bulk(Encoding.UTF8.GetBytes(entry.ClientAddress));
        reply.Bulk(Encoding.UTF8.GetBytes(entry.ClientName));
    }
}
