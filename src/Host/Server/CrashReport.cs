using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Host.Diagnostics;

namespace ModularKv.Host.Server;

/// <summary>
/// What the log says when the process ends by a bug or a signal, in the shape of Redis's: monitoring looks for its words. There are no
/// registers and no addresses, and no memory test: the runtime owns those. Source: debug.c, printCrashReport.
/// </summary>
internal sealed class CrashReport(Kernel kernel, ServerLog log)
{
    /// <summary>Writes it. May be called when any part of the server is broken: what fails is left out.</summary>
    /// <param name="heading">Lines that say what happened.</param>
    /// <param name="stack">Where; null: nobody knows.</param>
    /// <param name="isOnLoop">Whether the loop's own state may be read: this is its thread, or it has ended.</param>
    public void Write(IEnumerable<string> heading, string? stack, bool isOnLoop)
    {
        log.WriteRaw("\n\n=== REDIS BUG REPORT START: Cut & paste starting from here ===\n", LogLevel.Warning);
        foreach (string line in heading) log.Write(LogLevel.Warning, line);
        log.Write(LogLevel.Warning, ProgramText.Line);
        Part("STACK TRACE", () => stack ?? "not available: another thread's stack cannot be read");
        if (isOnLoop)
        {
            Part("INFO OUTPUT", () => kernel.Info.Render(["all"]).ReplaceLineEndings("\n"));
            Part("CLIENT LIST OUTPUT", Clients);
            Part("CURRENT CLIENT INFO", CurrentClient);
            Part("MODULES INFO OUTPUT", () => kernel.Info.Render(["modules"]).ReplaceLineEndings("\n"));
        }
        else
        {
            Part("INFO OUTPUT", () => $"not available: the loop does not answer. Its longest stage lately: {kernel.Loop.Stage}");
        }

        Part("CONFIG DEBUG OUTPUT", Configuration);
        log.WriteRaw("\n=== REDIS BUG REPORT END. Make sure to include from START to END. ===\n\n"
            + "       Please report the crash with the text above, and what the server was doing.\n\n", LogLevel.Warning);
    }

    private void Part(string name, Func<string> text)
    {
        string content;
        try
        {
            content = text();
        }
        catch (Exception e)
        {
            content = $"not available: {e.Message}"; // a report of half the facts is better than a second crash
        }

        log.WriteRaw($"\n------ {name} ------\n{content.TrimEnd()}\n", LogLevel.Warning);
    }

    private string Clients()
    {
        if (kernel.Services.Find<IClientListing>() is not { } listing) return "";
        var text = new StringBuilder();
        foreach (Client client in kernel.Services.Clients.All) text.Append(listing.Describe(client)).Append('\n');
        return text.ToString();
    }

    // Without the arguments: they may be secrets, and this text is passed on.
    private string CurrentClient()
    {
        if (kernel.Services.CurrentClient is not { } client) return "none: no command was running";
        string line = kernel.Services.Find<IClientListing>()?.Describe(client) ?? $"id={client.Id}";
        return $"{line}\ncommand: {client.LastCommand?.FullName ?? "none"}";
    }

    private string Configuration()
        => string.Join('\n', kernel.Parameters.All
            .Where(parameter => (parameter.Flags & ParameterFlags.DebugOnly) != 0)
            .Select(parameter => $"{parameter.Name} {parameter.Format()}"));
}
