using ModularKv.Abstractions;
using ModularKv.Rdb.Saving;

namespace ModularKv.Rdb.Commands;

/// <summary>DEBUG RELOAD [NOSAVE|NOFLUSH|MERGE]: saves the data set, empties the databases and loads it. Source: debug.c.</summary>
internal sealed class ReloadCommand(IServer server, DataSetFile file, DataSetLoad loading, FlushObserver flushes)
{
    /// <summary>The row.</summary>
    public DebugSubcommand Row => new()
    {
        Name = "reload", ArgumentsMax = 3, Usage = "[NOSAVE] [NOFLUSH] [MERGE]",
        Summary = "Saves the data set, empties the databases and loads it; MERGE replaces keys that are there.",
        Handler = Run,
    };

    private void Run(ref CommandContext call)
    {
        bool saves = true, flushes = true, merges = false;
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (call.ArgumentIs(i, "nosave"u8)) saves = false;
            else if (call.ArgumentIs(i, "noflush"u8)) flushes = false;
            else if (call.ArgumentIs(i, "merge"u8)) merges = true;
            else
            {
                call.Reply.Error("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options."u8);
                return;
            }
        }

        if (saves && !file.Save())
        {
            call.Reply.Error("ERR"u8);
            return;
        }

        if (flushes) Empty();
        if (!TryLoad(merges))
        {
            call.Reply.Error("ERR Error trying to load the RDB dump, check server logs"u8);
            return;
        }

        server.Log.Warning("DB reloaded by DEBUG RELOAD");
        call.Reply.Ok();
    }

    private void Empty()
    {
        flushes.IsSuspended = true;
        try
        {
            server.Databases.Flush(-1, lazy: false);
            server.Find<IFunctionLibraries>()?.Clear();
        }
        finally
        {
            flushes.IsSuspended = false;
        }
    }

    private bool TryLoad(bool merges)
    {
        try
        {
            return loading.Load(merges);
        }
        catch (Exception e) when (e is IOException or ValueFormatException)
        {
            server.Log.Warning($"DEBUG RELOAD could not load the data set: {e.Message}");
            return false;
        }
    }
}
