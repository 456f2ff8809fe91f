using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Aof.Manifest;

/// <summary>What is wrong with a manifest: the reason in Redis's words, and where.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="LineNumber">From 1; 0: not at a line.</param>
/// <param name="Line">The line.</param>
internal sealed record ManifestFault(string Reason, int LineNumber = 0, string Line = "");

/// <summary>Reads a manifest's text. Source: aof.c, aofLoadManifestFromFile.</summary>
internal static class ManifestReader
{
    private const int LineBytesMax = 1024;
    private const string BadFormat = "Invalid AOF manifest file format";

    /// <summary>Reads it.</summary>
    /// <param name="text">The file's content.</param>
    /// <param name="manifest">Takes what stands there.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static ManifestFault? Read(ReadOnlySpan<byte> text, AofManifest manifest)
    {
        int number = 0;
        long lastIncrement = 0;
        if (text.IsEmpty) return new ManifestFault("Found an empty AOF manifest");
        while (!text.IsEmpty)
        {
            ReadOnlySpan<byte> line = text[..Math.Min(text.Length, LineBytesMax)];
            int end = line.IndexOf((byte)'\n');
            if (end >= 0) line = line[..(end + 1)];
            text = text[line.Length..];
            number++;
            if (line[0] == (byte)'#') continue;
            if (end < 0) return new ManifestFault("The AOF manifest file contains too long line");
            ReadOnlySpan<byte> content = line.Trim(" \t\r\n"u8);
            string? reason = content.IsEmpty ? BadFormat : ReadLine(content, manifest, ref lastIncrement);
            if (reason is not null) return new ManifestFault(reason, number, Encoding.UTF8.GetString(content));
        }

        return null;
    }

    private static string? ReadLine(ReadOnlySpan<byte> line, AofManifest manifest, ref long lastIncrement)
    {
        // More pairs than the three known ones may come from a later version.
        if (ArgumentSplitter.Split(line) is not { } words || words.Count < 6 || words.Count % 2 != 0) return BadFormat;
        string name = "";
        long sequence = 0;
        char kind = '\0';
        for (int i = 0; i < words.Count; i += 2)
        {
            string value = words[i + 1];
            if (Is(words[i], "file"))
            {
                name = value;
                if (!AofSettings.IsBaseName(name)) return "File can't be a path, just a filename";
            }
            else if (Is(words[i], "seq"))
            {
                NumberText.TryParse(ConfigurationText.Encode(value), out sequence);
            }
            else if (Is(words[i], "type") && value.Length > 0)
            {
                kind = value[0];
            }
        }

        if (name.Length == 0 || sequence == 0 || kind == '\0') return BadFormat;
        return Add(new AofPart(name, sequence, kind), manifest, ref lastIncrement);
    }

    private static string? Add(AofPart part, AofManifest manifest, ref long lastIncrement)
    {
        switch (part.Kind)
        {
            case AofManifest.BaseKind:
                if (manifest.Base is not null) return "Found duplicate base file information";
                manifest.SetBase(part);
                return null;
            case AofManifest.HistoryKind:
                manifest.History.Add(part);
                return null;
            case AofManifest.IncrementKind:
                if (part.Sequence <= lastIncrement) return "Found a non-monotonic sequence number";
                lastIncrement = part.Sequence;
                manifest.AddIncrement(part);
                return null;
            default:
                return "Unknown AOF file type";
        }
    }

    private static bool Is(string word, string name) => word.Equals(name, StringComparison.OrdinalIgnoreCase);
}
