namespace ModularKv.TestKit;

/// <summary>Where the working tree is, found from the place the tests run in.</summary>
public static class Repository
{
    /// <summary>The folder that holds ModularKv.sln; absolute.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>An absolute path from parts below <see cref="Root"/>.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at != null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "ModularKv.sln"))) return at.FullName;
        }
        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds ModularKv.sln");
    }
}
