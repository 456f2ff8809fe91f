using ModularKv.TestKit;

namespace ModularKv.Scripting.Tests;

/// <summary>A server with the probe's engine, and a client.</summary>
public sealed class ScriptServer : IDisposable
{
    public ScriptServer(params string[] options)
    {
        string probe = Repository.PathOf("tests", "Probe", "bin", "Release", "net10.0", "ModularKv.Probe.dll");
        Server = ServerProcess.StartOurs(["--loadmodule", probe, .. options.Length == 0 ? [] : options]);
        Client = Server.Connect();
    }

    public ServerProcess Server { get; }

    public RespClient Client { get; }

    /// <summary>Runs a script of the probe's language.</summary>
    public Reply Eval(string body, params string[] keysAndArguments) => Run("EVAL", "#!probe\n" + body, keysAndArguments);

    /// <summary>Runs something with all that follows as keys.</summary>
    public Reply Run(string command, string what, params string[] keys)
        => Client.Call([command, what, keys.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), .. keys]);

    /// <summary>Loads a library of the probe's language.</summary>
    public Reply Load(string name, string body) => Client.Call("FUNCTION", "LOAD", $"#!probe name={name}\n{body}");

    /// <summary>What was propagated since the last time, as words.</summary>
    public List<string> Stream()
    {
        var commands = new List<string>();
        foreach (Reply one in Client.Call("PROBE.STREAM").Items)
        {
            string[] parts = one.Text.Split("\r\n");
            commands.Add(string.Join(' ', parts.Where((_, i) => i > 0 && i % 2 == 0 && i < parts.Length - 1)));
        }

        return commands;
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
