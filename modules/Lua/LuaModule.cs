using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua;

/// <summary>The language Lua for scripts and functions.</summary>
[Module("lua", "1.0.0", ApiLevel.Current, Summary = "Scripts and functions in Lua 5.1")]
public sealed class LuaModule : IModule
{
    private readonly LuaEngine _engine = new();

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        Native.Require();
        registry.Provide<ScriptEngine>(_engine);
    }

    /// <inheritdoc/>
    public void Start(IServer server) => _engine.Start();

    /// <inheritdoc/>
    public void Stop() => _engine.Stop();
}
