using ModularKv.Abstractions.Configuration;

namespace ModularKv.JavaScript;

/// <summary>The limits of scripts in JavaScript, as redis.conf states them.</summary>
internal sealed class JavaScriptSettings
{
    /// <summary>With the defaults, registered nowhere: for tests.</summary>
    public JavaScriptSettings()
    {
    }

    /// <summary>Registers the parameters.</summary>
    public JavaScriptSettings(IConfiguration configuration)
    {
        configuration.Register(Memory);
        configuration.Register(Statements);
        configuration.Register(Source);
    }

    /// <summary>Memory that the values of one run or library may take, bytes; 0: no limit.</summary>
    public MemoryParameter Memory { get; } = new("js-memory-limit", 256 << 20)
    {
        Description = "Memory that one JavaScript run may add to the managed heap; 0 for no limit.",
    };

    /// <summary>Statements of one run; 0: no limit.</summary>
    public IntegerParameter Statements { get; } = new("js-statement-limit", 0, 0)
    {
        Description = "Statements that one JavaScript run may execute; 0 for no limit (js runs until it is killed, as Lua does).",
    };

    /// <summary>Bytes of one source.</summary>
    public MemoryParameter Source { get; } = new("js-source-limit", 1 << 20, 1 << 10, 16 << 20)
    {
        Description = "Bytes that the source of a JavaScript script or library may have.",
    };
}
