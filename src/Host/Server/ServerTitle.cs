using ModularKv.Host.Configuration;
using ModularKv.Host.Primitives.Unsafe;

namespace ModularKv.Host.Server;

/// <summary>The server's line in a process list: set-proc-title and proc-title-template. Source: redisSetProcTitle.</summary>
internal sealed class ServerTitle(ServerParameters parameters, ConfigurationStore store, string? configurationFile)
{
    private ProcessTitle? _title;
    private bool _isTaken;

    /// <summary>Shows the title. Always null: that it cannot be shown harms nobody.</summary>
    public string? Apply()
    {
        if (!parameters.SetProcTitle.Value) return null;
        if (!_isTaken) _title = ProcessTitle.Take();
        _isTaken = true;
        _title?.Set(Text(parameters.ProcTitleTemplate.Text, _title.Program));
        return null;
    }

    private string Text(string template, string program)
    {
        long port = parameters.Port.Value;
        string tlsPort = store.Find("tls-port")?.Format() ?? "0";
        string path = parameters.UnixSocket.Text;
        string address = parameters.Bind.Value.FirstOrDefault() ?? "*";
        string listens = port != 0 ? $"{address}:{port}" : tlsPort != "0" ? $"{address}:{tlsPort}" : path;
        return TitleTemplate.Fill(template, variable => variable switch
        {
            "{title}" => program,
            "{listen-addr}" => listens,
            "{port}" => $"{port}",
            "{tls-port}" => tlsPort,
            "{unixsocket}" => path,
            "{config-file}" => configurationFile ?? "",
            _ => "", // {server-mode}: a server that is neither cluster nor sentinel has none
        }).TrimEnd();
    }
}
