namespace ModularKv.Host.Modules;

/// <summary>The modules that a server has unless it is told otherwise: what <c>modules all</c> means. Start order follows their dependencies.</summary>
internal static class DefaultModules
{
    /// <summary>Names of folders below module-dir; <c>modules/Strings/ModularKv.Strings.dll</c>.</summary>
    public static readonly string[] Names =
    [
        "Strings",
        "Keys",
        "Connection",
        "Server",
    ];
}
