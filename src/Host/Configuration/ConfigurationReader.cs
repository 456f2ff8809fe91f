using ModularKv.Abstractions.Configuration;

namespace ModularKv.Host.Configuration;

/// <summary>Reads redis.conf text into directives, following <c>include</c>.</summary>
/// <param name="files">Where included files are.</param>
/// <param name="accept">Takes each directive in order; returns null or the reason against it, which ends the reading.</param>
internal sealed class ConfigurationReader(IConfigurationFiles files, Func<ConfigurationLine, string?> accept)
{
    /// <summary>Deeper than this is a file that includes itself.</summary>
    public const int IncludeDepthMax = 16;

    private const string UnbalancedQuotes = "Unbalanced quotes in configuration line";

    /// <summary>Reads a file, or every file that matches when the path has wildcards.</summary>
    /// <returns>Null, or the first error.</returns>
    public ConfigurationError? ReadFile(string path) => ReadFile(path, 0, null);

    /// <summary>Reads text.</summary>
    /// <param name="content">The bytes, lines ended by a line feed.</param>
    /// <param name="source">What to call it in errors.</param>
    /// <returns>Null, or the first error.</returns>
    public ConfigurationError? ReadText(ReadOnlySpan<byte> content, string source) => ReadText(content, source, 0);

    private ConfigurationError? ReadFile(string path, int depth, ConfigurationLine? includedBy)
    {
        // A pattern that matches nothing is fine, so that a conf.d may be empty; a named file must be there.
        IReadOnlyList<string> paths = path.IndexOfAny(['*', '?', '[']) >= 0 ? files.Match(path) : [path];
        foreach (string one in paths)
        {
            byte[]? content = files.Read(one, out string? failure);
            if (content is null)
            {
                string reason = $"Fatal error, can't open config file '{one}': {failure}";
                return includedBy is null ? new ConfigurationError(one, 0, "", reason) : ConfigurationError.At(includedBy, reason);
            }

            if (ReadText(content, one, depth) is { } error) return error;
        }

        return null;
    }

    private ConfigurationError? ReadText(ReadOnlySpan<byte> content, string source, int depth)
    {
        int number = 0;
        while (true)
        {
            number++;
            int end = content.IndexOf((byte)'\n');
            ReadOnlySpan<byte> raw = end < 0 ? content : content[..end];
            if (ReadLine(raw, source, number, depth) is { } error) return error;
            if (end < 0) return null;
            content = content[(end + 1)..];
        }
    }

    private ConfigurationError? ReadLine(ReadOnlySpan<byte> raw, string source, int number, int depth)
    {
        ReadOnlySpan<byte> text = Trim(raw);
        if (text.IsEmpty || text[0] == (byte)'#') return null;

        List<string>? words = ArgumentSplitter.Split(text);
        if (words is null) return new ConfigurationError(source, number, ConfigurationText.Decode(text), UnbalancedQuotes);
        if (words.Count == 0) return null;

        var line = new ConfigurationLine(
            source, number, ConfigurationText.Decode(text), words[0].ToLowerInvariant(), [.. words.Skip(1)]);
        if (line.Name == "include" && line.Arguments.Length == 1)
        {
            return depth < IncludeDepthMax
                ? ReadFile(line.Arguments[0], depth + 1, line)
                : ConfigurationError.At(line, $"include nested deeper than {IncludeDepthMax} levels");
        }

        string? reason = accept(line);
        return reason is null ? null : ConfigurationError.At(line, reason);
    }

    /// <summary>Cuts at a NUL byte, as Redis's C strings do, and takes away blanks around.</summary>
    internal static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line)
    {
        int end = line.IndexOf((byte)0);
        return (end < 0 ? line : line[..end]).Trim(" \t\r\n"u8);
    }
}
