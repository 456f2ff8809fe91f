using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;

namespace ModularKv.Scripting.Evaluation;

/// <summary>The <c>#!lua flags=…</c> line of a script. Source: evalExtractShebangFlags.</summary>
/// <param name="Engine">The engine's name as it stands there.</param>
/// <param name="Flags">What the script states; <see cref="ScriptFlags.Legacy"/> without such a line.</param>
/// <param name="BodyStart">Where the rest begins, with the line's end.</param>
internal readonly record struct ScriptHeader(byte[] Engine, ScriptFlags Flags, int BodyStart)
{
    private static readonly byte[] s_lua = "lua"u8.ToArray();

    /// <summary>Reads it.</summary>
    /// <returns>Null, or the whole error.</returns>
    public static byte[]? Parse(ReadOnlySpan<byte> source, out ScriptHeader header)
    {
        header = new ScriptHeader(s_lua, ScriptFlags.Legacy, 0);
        if (!source.StartsWith("#!"u8)) return null;
        int end = source.IndexOf((byte)'\n');
        if (end < 0) return "ERR Invalid script shebang"u8.ToArray();
        ReadOnlySpan<byte> line = source[..end];
        byte[]? engine = null;
        ScriptFlags flags = ScriptFlags.None;
        foreach (Range range in line.Split((byte)' '))
        {
            ReadOnlySpan<byte> part = line[range];
            if (engine is null)
            {
                engine = part[2..].ToArray();
                continue;
            }

            if (!part.StartsWith("flags="u8)) return Error($"ERR Unknown {Encoding.Latin1.GetString(engine)} shebang option: ", part);
            if (ParseFlags(part["flags="u8.Length..], ref flags) is { } error) return error;
        }

        header = new ScriptHeader(engine!, flags, end);
        return null;
    }

    private static byte[]? ParseFlags(ReadOnlySpan<byte> list, ref ScriptFlags flags)
    {
        if (list.IsEmpty) return null;
        foreach (Range range in list.Split((byte)','))
        {
            if (!ScriptFlagNames.TryParse(list[range], out ScriptFlags flag))
            {
                return Error("ERR Unexpected flag in script shebang: ", list[range]);
            }

            flags |= flag;
        }

        return null;
    }

    /// <summary>An error text that ends with what was found.</summary>
    public static byte[] Error(string text, ReadOnlySpan<byte> found) => [.. Encoding.Latin1.GetBytes(text), .. Words.Shown(found)];
}
