using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Configuration;

/// <summary>The configuration's files on disk.</summary>
internal sealed class DiskConfigurationFiles : IConfigurationFiles
{
    /// <inheritdoc/>
    public byte[]? Read(string path, out string? error)
    {
        error = null;
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error = Directory.Exists(path) ? "Is a directory" : SystemReason.Of(failure);
            return null;
        }
    }

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> Match(string pattern)
    {
        List<string> found = [pattern.StartsWith('/') ? "/" : ""];
        string[] segments = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < segments.Length; i++)
        {
            bool isLast = i == segments.Length - 1;
            string segment = segments[i];
            found = [.. found.SelectMany(parent => Expand(parent, segment, isLast)).Order(StringComparer.Ordinal)];
        }

        return found;
    }

    /// <inheritdoc/>
    /// <remarks>A file that exists keeps its mode: it may hold passwords. The directory itself is not synchronised.</remarks>
    public string? Replace(string path, byte[] content)
    {
        string temporary = $"{path}.{Environment.ProcessId:x}{Random.Shared.Next():x8}";
        try
        {
            const UnixFileMode Fresh = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = File.Exists(path) ? File.GetUnixFileMode(path) : Fresh;
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            try
            {
                File.Delete(temporary);
            }
            catch (Exception second) when (second is IOException or UnauthorizedAccessException)
            {
                // The first failure is the one to report; the leftover has a name of its own.
            }

            return SystemReason.Of(failure);
        }
    }

    private static IEnumerable<string> Expand(string parent, string segment, bool isLast)
    {
        if (segment.IndexOfAny(['*', '?', '[']) < 0)
        {
            string literal = Path.Join(parent, segment);
            return File.Exists(literal) || Directory.Exists(literal) ? [literal] : [];
        }

        byte[] wanted = ConfigurationText.Encode(segment);
        try
        {
            // As the shell does it: a wildcard does not match a leading dot.
            return [.. new DirectoryInfo(parent.Length == 0 ? "." : parent)
                .EnumerateFileSystemInfos()
                .Where(entry => isLast || entry is DirectoryInfo)
                .Where(entry => entry.Name[0] != '.' || segment[0] == '.')
                .Where(entry => GlobPattern.Matches(wanted, ConfigurationText.Encode(entry.Name)))
                .Select(entry => Path.Join(parent, entry.Name))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
