using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>INFO.</summary>
internal sealed class InfoCommand(IServer server)
{
    /// <summary>INFO [section ...]. Source: redis.io/commands/info.</summary>
    public void Info(ref CommandContext call)
    {
        var sections = new List<string>();
        for (int i = 1; i < call.ArgumentCount; i++) sections.Add(Encoding.Latin1.GetString(call.Argument(i)).ToLowerInvariant());
        if (sections.Count == 0) sections.Add("default");
        call.Reply.Verbatim("txt"u8, Encoding.UTF8.GetBytes(server.Info.Render(sections)));
    }
}
