namespace ModularKv.Host.Configuration;

/// <summary>The files that the configuration reads and writes; an interface so that tests need no disk.</summary>
internal interface IConfigurationFiles
{
    /// <summary>The whole content, or null and the operating system's reason.</summary>
    byte[]? Read(string path, out string? error);

    /// <summary>True when there is a file at the path.</summary>
    bool Exists(string path);

    /// <summary>The paths that match a pattern with <c>*</c>, <c>?</c> or <c>[</c>, sorted; none is no error.</summary>
    IReadOnlyList<string> Match(string pattern);

    /// <summary>Replaces a file so that after a crash either the old or the new content is there, whole.</summary>
    /// <returns>Null when done, or the operating system's reason.</returns>
    string? Replace(string path, byte[] content);
}
