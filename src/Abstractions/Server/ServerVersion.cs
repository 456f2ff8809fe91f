using System.Reflection;

namespace ModularKv.Abstractions;

/// <summary>What the server calls itself.</summary>
public static class ServerVersion
{
    /// <summary>The Redis version that clients and tools may take the server for (HELLO, INFO's redis_version).</summary>
    public const string Compatibility = "7.4.0";

    /// <summary>The version of this server (INFO's modularkv_version).</summary>
    public static string Own { get; } = typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
        ?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
