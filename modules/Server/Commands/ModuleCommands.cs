using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>MODULE.</summary>
internal sealed class ModuleCommands(IServer server)
{
    /// <summary>MODULE LIST. Source: redis.io/commands/module-list.</summary>
    public void List(ref CommandContext call)
    {
        call.Reply.Array(server.Modules.All.Count);
        foreach (ModuleDescription module in server.Modules.All) module.WriteTo(call.Reply);
    }

    /// <summary>MODULE LOAD path [arg ...]. Source: redis.io/commands/module-load.</summary>
    public void Load(ref CommandContext call) => Load(ref call, Texts(ref call, 3), []);

    /// <summary>MODULE LOADEX path [CONFIG name value ...] [ARGS arg ...]. Source: redis.io/commands/module-loadex.</summary>
    public void LoadWithConfiguration(ref CommandContext call)
    {
        var parameters = new List<KeyValuePair<string, string>>();
        List<string> arguments = [];
        for (int i = 3; i < call.ArgumentCount; i++)
        {
            if (call.ArgumentIs(i, "args"u8))
            {
                arguments = Texts(ref call, i + 1);
                break;
            }

            if (!call.ArgumentIs(i, "config"u8) || i + 2 >= call.ArgumentCount)
            {
                server.Log.Notice($"MODULE LOADEX: CONFIG name value or ARGS expected at '{Text(call.Argument(i))}'.");
                Refuse(call.Reply);
                return;
            }

            parameters.Add(KeyValuePair.Create(Text(call.Argument(i + 1)), Text(call.Argument(i + 2))));
            i += 2;
        }

        Load(ref call, arguments, parameters);
    }

    /// <summary>MODULE UNLOAD name. Source: redis.io/commands/module-unload.</summary>
    public void Unload(ref CommandContext call)
    {
        string name = Text(call.Argument(2));
        bool isThere = server.Modules.All.Any(module => module.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        string? refusal = isThere ? server.Modules.Unload(name) : "no such module with that name";
        if (refusal is null) call.Reply.Ok(); else call.Reply.Error("ERR Error unloading module: " + refusal);
    }

    private void Load(ref CommandContext call, List<string> arguments, List<KeyValuePair<string, string>> parameters)
    {
        string path = Text(call.Argument(2));
        // A refusal has been logged with its reason by the loader.
        if (server.Modules.Load(path, arguments, parameters) is null) call.Reply.Ok();
        else Refuse(call.Reply);
    }

    private static void Refuse(ReplyWriter reply) => reply.Error("ERR Error loading the extension. Please check the server logs."u8);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static List<string> Texts(ref CommandContext call, int first)
    {
        var texts = new List<string>();
        for (int i = first; i < call.ArgumentCount; i++) texts.Add(Text(call.Argument(i)));
        return texts;
    }
}
