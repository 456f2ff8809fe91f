using ModularKv.Abstractions;
using ModularKv.Scripting.Evaluation;

namespace ModularKv.Scripting.Libraries;

/// <summary>The <c>#!lua name=…</c> line of a library. Source: functionExtractLibMetaData.</summary>
/// <param name="Engine">The engine's name as it stands there.</param>
/// <param name="Name">The library's name.</param>
/// <param name="BodyStart">Where the rest begins, with the line's end.</param>
internal readonly record struct LibraryHeader(byte[] Engine, byte[] Name, int BodyStart)
{
    /// <summary>Reads it.</summary>
    /// <returns>Null, or the error without a code.</returns>
    public static byte[]? Parse(ReadOnlySpan<byte> source, out LibraryHeader header)
    {
        header = default;
        if (!source.StartsWith("#!"u8)) return "Missing library metadata"u8.ToArray();
        int end = source.IndexOf((byte)'\n');
        if (end < 0) return "Invalid library metadata"u8.ToArray();
        List<byte[]>? parts = Split(source[..end]);
        if (parts is null || parts.Count == 0) return "Invalid library metadata"u8.ToArray();
        byte[]? name = null;
        for (int i = 1; i < parts.Count; i++)
        {
            byte[] part = parts[i];
            if (part.Length < 5 || !Words.EqualsIgnoreCase(part.AsSpan(0, 5), "name="u8))
            {
                return ScriptHeader.Error("Invalid metadata value given: ", part);
            }

            if (name is not null) return "Invalid metadata value, name argument was given multiple times"u8.ToArray();
            name = part[5..];
        }

        if (name is null) return "Library name was not given"u8.ToArray();
        header = new LibraryHeader(parts[0][2..], name, end); // it begins with #!
        return null;
    }

    // As a line of the configuration: blanks between the parts, quotes where a part begins or behind what it begins with. What may stand
    // between them has no need of escapes.
    private static List<byte[]>? Split(ReadOnlySpan<byte> line)
    {
        var parts = new List<byte[]>();
        var part = new List<byte>();
        int at = 0;
        while (true)
        {
            while (at < line.Length && IsBlank(line[at])) at++;
            if (at == line.Length) return parts;
            part.Clear();
            while (at < line.Length && !IsBlank(line[at]))
            {
                byte b = line[at++];
                if (b is not ((byte)'"' or (byte)'\''))
                {
                    part.Add(b);
                    continue;
                }

                int length = line[at..].IndexOf(b);
                if (length < 0) return null;
                foreach (byte quoted in line.Slice(at, length)) part.Add(quoted);
                at += length + 1;
                if (at < line.Length && !IsBlank(line[at])) return null;
            }

            parts.Add([.. part]);
        }
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');
}
