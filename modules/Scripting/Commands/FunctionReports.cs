using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.Scripting.Engines;
using ModularKv.Scripting.Evaluation;
using ModularKv.Scripting.Libraries;
using ModularKv.Scripting.Running;

namespace ModularKv.Scripting.Commands;

/// <summary>FUNCTION LIST and FUNCTION STATS.</summary>
internal sealed class FunctionReports(FunctionLibraries libraries, EngineRegistry engines, ActiveRun run)
{
    private const string Usual = "lua";

    /// <summary>FUNCTION LIST [LIBRARYNAME pattern] [WITHCODE]. Source: redis.io/commands/function-list.</summary>
    public void List(ref CommandContext call)
    {
        bool withCode = false;
        int pattern = 0;
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (!withCode && call.ArgumentIs(i, "withcode"u8))
            {
                withCode = true;
            }
            else if (pattern == 0 && call.ArgumentIs(i, "libraryname"u8))
            {
                pattern = ++i;
                if (i < call.ArgumentCount) continue;
                call.Reply.Error("ERR library name argument was not given"u8);
                return;
            }
            else
            {
                call.Reply.Error(ScriptHeader.Error("ERR Unknown argument ", call.Argument(i)));
                return;
            }
        }

        var shown = new List<FunctionLibrary>();
        foreach (FunctionLibrary library in libraries.Present.All)
        {
            if (pattern == 0 || GlobPattern.Matches(call.Argument(pattern), Encoding.ASCII.GetBytes(library.Name), true))
            {
                shown.Add(library);
            }
        }

        call.Reply.Array(shown.Count);
        foreach (FunctionLibrary library in shown) Write(call.Reply, library, withCode);
    }

    private static void Write(ReplyWriter reply, FunctionLibrary library, bool withCode)
    {
        reply.Map(withCode ? 4 : 3);
        reply.Bulk("library_name"u8);
        reply.Bulk(Encoding.ASCII.GetBytes(library.Name));
        reply.Bulk("engine"u8);
        reply.Bulk(Encoding.ASCII.GetBytes(library.Engine.DisplayName));
        reply.Bulk("functions"u8);
        reply.Array(library.Functions.Count);
        foreach (ScriptFunction function in library.Functions)
        {
            reply.Map(3);
            reply.Bulk("name"u8);
            reply.Bulk(function.Name);
            reply.Bulk("description"u8);
            if (function.Description is null) reply.Null(); else reply.Bulk(function.Description);
            reply.Bulk("flags"u8);
            WriteFlags(reply, function.Flags);
        }

        if (!withCode) return;
        reply.Bulk("library_code"u8);
        reply.Bulk(library.Source);
    }

    private static void WriteFlags(ReplyWriter reply, ScriptFlags flags)
    {
        reply.Set(ScriptFlagNames.All.Count(named => (flags & named.Flag) != 0));
        foreach ((string name, ScriptFlags flag) in ScriptFlagNames.All)
        {
            if ((flags & flag) != 0) reply.Simple(Encoding.ASCII.GetBytes(name));
        }
    }

    /// <summary>FUNCTION STATS. Source: redis.io/commands/function-stats.</summary>
    public void Stats(ref CommandContext call)
    {
        ReplyWriter reply = call.Reply;
        if (run.IsActive && run.IsScript)
        {
            reply.Error(ActiveRun.ScriptBusy);
            return;
        }

        reply.Map(2);
        reply.Bulk("running_script"u8);
        if (run.IsActive) WriteRunning(reply); else reply.Null();
        reply.Bulk("engines"u8);
        // Clients know Redis's one engine: another one is shown once it has a library.
        ILookup<ScriptEngine, FunctionLibrary> owned = libraries.Present.All.ToLookup(library => library.Engine);
        ScriptEngine[] all = [.. engines.All.Where(engine => engine.Name == Usual || owned.Contains(engine))
            .OrderBy(engine => engine.Name != Usual)];
        reply.Map(all.Length);
        foreach (ScriptEngine engine in all)
        {
            FunctionLibrary[] own = [.. owned[engine]];
            reply.Bulk(Encoding.ASCII.GetBytes(engine.DisplayName));
            reply.Map(2);
            reply.Bulk("libraries_count"u8);
            reply.Integer(own.Length);
            reply.Bulk("functions_count"u8);
            reply.Integer(own.Sum(library => library.Functions.Count));
        }
    }

    private void WriteRunning(ReplyWriter reply)
    {
        reply.Map(3);
        reply.Bulk("name"u8);
        reply.Bulk(run.Name);
        reply.Bulk("command"u8);
        ArgumentList command = run.Command;
        reply.Array(command.Count);
        for (int i = 0; i < command.Count; i++) reply.Bulk(command[i]);
        reply.Bulk("duration_ms"u8);
        reply.Integer(run.ElapsedMs);
    }
}
