using ModularKv.Abstractions;
using ModularKv.Rdb.Saving;

namespace ModularKv.Rdb.Commands;

/// <summary>SAVE, BGSAVE, LASTSAVE.</summary>
internal sealed class SaveCommands(IServer server, DataSetFile file)
{
    private static ReadOnlySpan<byte> InProgress => "ERR Background save already in progress"u8;

    /// <summary>SAVE. Source: redis.io/commands/save.</summary>
    public void Save(ref CommandContext call)
    {
        if (file.InBackground) call.Reply.Error(InProgress);
        else if (file.Save()) call.Reply.Ok();
        else call.Reply.Error("ERR"u8);
    }

    /// <summary>BGSAVE [SCHEDULE]. Source: redis.io/commands/bgsave.</summary>
    public void SaveInBackground(ref CommandContext call)
    {
        bool schedules = call.ArgumentIs(1, "schedule"u8);
        if (call.ArgumentCount > 2 || (call.ArgumentCount == 2 && !schedules))
        {
            call.Reply.SyntaxError();
        }
        else if (file.InBackground)
        {
            call.Reply.Error(InProgress);
        }
        else if (call.IsFromQueue || (schedules && server.Snapshots.Active))
        {
            // Within EXEC the image would show half a transaction.
            file.IsScheduled = true;
            call.Reply.Simple("Background saving scheduled"u8);
        }
        else if (server.Snapshots.Active)
        {
            call.Reply.Error("ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to "
                + "schedule a BGSAVE whenever possible.");
        }
        else
        {
            file.SaveInBackground();
            call.Reply.Simple("Background saving started"u8);
        }
    }

    /// <summary>LASTSAVE. Source: redis.io/commands/lastsave.</summary>
    public void LastSave(ref CommandContext call) => call.Reply.Integer(file.SavedAt);
}
