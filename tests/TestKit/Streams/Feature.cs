namespace ModularKv.TestKit.Streams;

/// <summary>
/// What a later module brings: its commands stay out of the streams until the server under test has the module, and come back with it.
/// </summary>
/// <param name="Module">The module's name.</param>
/// <param name="Command">A command of it in the form "client|tracking": where the server knows that, it has the module.</param>
public sealed record Feature(string Module, string Command)
{
    /// <summary>Client-side caching.</summary>
    public static Feature Tracking { get; } = new("tracking", "client|tracking");

    /// <summary>Saving and loading.</summary>
    public static Feature Persistence { get; } = new("persistence", "lastsave");

    /// <summary>MIGRATE.</summary>
    public static Feature Migration { get; } = new("migration", "migrate");

    /// <summary>Scripts and functions in Lua.</summary>
    public static Feature Scripting { get; } = new("scripting", "function|load");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Feature> All { get; } = [Tracking, Persistence, Migration, Scripting];

    /// <summary>Those that a server lacks.</summary>
    public static IReadOnlySet<Feature> MissingOn(ServerProcess server)
    {
        using RespClient client = server.Connect();
        return All.Where(feature => client.Call("COMMAND", "INFO", feature.Command).Items[0].IsNull).ToHashSet();
    }
}
