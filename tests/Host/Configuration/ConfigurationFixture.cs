using System.Text;
using ModularKv.Abstractions.Configuration;
using ModularKv.Host.Configuration;

namespace ModularKv.Host.Tests.Configuration;

/// <summary>Files in memory.</summary>
internal sealed class MemoryFiles : IConfigurationFiles
{
    public Dictionary<string, byte[]> Content { get; } = [];

    public byte[]? Read(string path, out string? error)
    {
        error = Content.ContainsKey(path) ? null : "No such file or directory";
        return Content.GetValueOrDefault(path);
    }

    public bool Exists(string path) => Content.ContainsKey(path);

    public IReadOnlyList<string> Match(string pattern) => [.. Content.Keys.Where(path =>
        Abstractions.GlobPattern.Matches(Encoding.UTF8.GetBytes(pattern), Encoding.UTF8.GetBytes(path))).Order(StringComparer.Ordinal)];

    public string? Replace(string path, byte[] content)
    {
        Content[path] = content;
        return null;
    }
}

/// <summary>A store with everything that the server registers, and CONFIG on top.</summary>
internal sealed class ConfigurationFixture
{
    public const string FilePath = "/redis.conf";

    public ConfigurationFixture()
    {
        Server = new ServerParameters(Store, Path.GetTempPath());
        CompatibilityParameters.RegisterAll(Store);
        Control = new ConfigurationControl(Store, Server, Files, FilePath, Log.Add);
    }

    public ConfigurationStore Store { get; } = new();

    public ServerParameters Server { get; }

    public MemoryFiles Files { get; } = new();

    public ConfigurationControl Control { get; }

    public List<string> Log { get; } = [];

    public string File => Encoding.UTF8.GetString(Files.Content[FilePath]);

    /// <summary>Reads text as the configuration file, then completes the start; returns the errors.</summary>
    public IReadOnlyList<ConfigurationError> Load(string text, params string[] commandLine)
    {
        Files.Content[FilePath] = Encoding.UTF8.GetBytes(text);
        CommandLine parsed = CommandLine.Parse([FilePath, .. commandLine]);
        ConfigurationError? error = ConfigurationLoader.Load(parsed, Store, Files, () => []);
        return error is null ? Store.CompleteStart() : [error];
    }

    public string? Set(params string[] pairs) =>
        Control.Set([.. pairs.Select(text => (ReadOnlyMemory<byte>)ConfigurationText.Encode(text))], new ConfigurationCaller(true, false));

    public Dictionary<string, string> Get(params string[] patterns) => Control
        .Get([.. patterns.Select(text => (ReadOnlyMemory<byte>)ConfigurationText.Encode(text))])
        .ToDictionary(entry => ConfigurationText.Decode(entry.Name), entry => ConfigurationText.Decode(entry.Value));

    public string Value(string name) => Get(name)[name];
}
