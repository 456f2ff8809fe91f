using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;

namespace ModularKv.Scripting.Engines;

/// <summary>The engines that modules offer, by name.</summary>
internal sealed class EngineRegistry(IServer server, ScriptSettings settings)
{
    private readonly HashSet<ScriptEngine> _configured = [];

    /// <summary>The server's log.</summary>
    public ILog Log => server.Log;

    /// <summary>All engines that run.</summary>
    public IEnumerable<ScriptEngine> All
    {
        get
        {
            foreach (ScriptEngine engine in server.FindAll<ScriptEngine>())
            {
                if (!engine.IsRunning) continue;
                if (_configured.Add(engine)) engine.Configure(settings.Limits);
                yield return engine;
            }
        }
    }

    /// <summary>The engine of that name, any case; null when there is none.</summary>
    public ScriptEngine? Find(ReadOnlySpan<byte> name)
    {
        ScriptEngine? found = null;
        string wanted = Encoding.Latin1.GetString(name);
        foreach (ScriptEngine engine in All)
        {
            if (engine.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase)) found = engine;
        }

        return found;
    }

    /// <summary>Hands changed limits to all of them.</summary>
    public void Configure()
    {
        _configured.RemoveWhere(engine => !engine.IsRunning);
        foreach (ScriptEngine engine in All) engine.Configure(settings.Limits);
    }
}
