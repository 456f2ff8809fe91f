using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Scripting;

namespace ModularKv.Scripting;

/// <summary>The module's parameters, and the one of the server's that concerns it.</summary>
internal sealed class ScriptSettings
{
    private readonly IConfiguration _configuration;
    private BoolParameter? _lazyFlush;

    /// <summary>Registers the parameters.</summary>
    public ScriptSettings(IModuleRegistry registry)
    {
        _configuration = registry.Configuration;
        BusyAfterMs = registry.Parameter(new IntegerParameter("busy-reply-threshold", 5000, 0)
        {
            Aliases = ["lua-time-limit"],
            Description = "Milliseconds after which a script no longer keeps other clients waiting: they get BUSY. 0: it does.",
        });
        BytesMax = registry.Parameter(new MemoryParameter("lua-memory-limit", 0, 0)
        {
            Description = "Memory that the state of scripts, and that of functions, may take; 0: no limit.",
        });
    }

    /// <summary>busy-reply-threshold.</summary>
    public IntegerParameter BusyAfterMs { get; }

    /// <summary>lua-memory-limit.</summary>
    public MemoryParameter BytesMax { get; }

    /// <summary>Whether commands flagged noscript run in scripts (DEBUG SET-DISABLE-DENY-SCRIPTS).</summary>
    public bool AllowsNoScript { get; set; }

    /// <summary>lazyfree-lazy-user-flush: what SCRIPT FLUSH does unless it is told.</summary>
    public bool FlushesInBackground
        => (_lazyFlush ??= _configuration.Find("lazyfree-lazy-user-flush") as BoolParameter) is { Value: true };

    /// <summary>The limits as engines take them.</summary>
    public ScriptLimits Limits => new(BytesMax.Value, BusyAfterMs.Value);
}
