using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Scripting;

namespace ModularKv.JavaScript;

/// <summary>Scripts and functions in JavaScript, beside those in Lua: the registration table.</summary>
[Module("javascript", "1.0.0", ApiLevel.Current, Summary = "JavaScript for EVAL and FUNCTION: #!js")]
public sealed class JavaScriptModule : IModule
{
    /// <summary>A regular expression cannot be interrupted: it ends by itself after this time.</summary>
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromMilliseconds(500);

    private const string RegexTimeoutName = "REGEX_DEFAULT_MATCH_TIMEOUT";

    private JavaScriptEngine? _engine;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        // Read once, when the process uses its first expression; an operator's own choice stays.
        if (AppContext.GetData(RegexTimeoutName) is null) AppDomain.CurrentDomain.SetData(RegexTimeoutName, RegexTimeout);
        _engine = new JavaScriptEngine(new JavaScriptSettings(registry.Configuration));
        registry.Provide<ScriptEngine>(_engine);
    }

    /// <inheritdoc/>
    public void Start(IServer server) => _engine!.Start();

    /// <inheritdoc/>
    public void Stop() => _engine?.Stop();
}
