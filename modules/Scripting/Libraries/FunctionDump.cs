using System.Buffers;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Scripting.Libraries;

/// <summary>
/// FUNCTION DUMP's payload: each library as in an RDB file, then the format's version and a checksum. Source: functionDumpCommand.
/// </summary>
internal static class FunctionDump
{
    private const byte LibraryOpcode = 245;
    private const byte OldLibraryOpcode = 246;
    private const int Version = 10;

    /// <summary>A text larger than this is not believed, bytes.</summary>
    private const int SourceBytesMax = 512 * 1024 * 1024;

    /// <summary>Writes all libraries.</summary>
    public static byte[] Write(IReadOnlyList<byte[]> sources)
    {
        var payload = new ArrayBufferWriter<byte>();
        foreach (byte[] source in sources)
        {
            Span<byte> head = payload.GetSpan(1 + RdbLength.SizeMax);
            head[0] = LibraryOpcode;
            payload.Advance(1 + RdbLength.Write((ulong)source.Length, head[1..]));
            payload.Write(source);
        }

        Span<byte> footer = stackalloc byte[DumpPayload.FooterBytes];
        DumpPayload.WriteFooter(payload.WrittenSpan, Version, footer);
        return [.. payload.WrittenSpan, .. footer];
    }

    /// <summary>Reads the libraries' texts.</summary>
    /// <param name="payload">An intact one (<see cref="DumpPayload.IsIntact"/>).</param>
    /// <param name="sources">Takes the texts.</param>
    /// <returns>Null, or what is wrong with the payload.</returns>
    public static string? Read(ReadOnlySpan<byte> payload, List<byte[]> sources)
    {
        ReadOnlySpan<byte> rest = DumpPayload.ContentOf(payload);
        while (!rest.IsEmpty)
        {
            byte opcode = rest[0];
            rest = rest[1..];
            if (opcode == OldLibraryOpcode) return "Pre-GA function format not supported";
            if (opcode != LibraryOpcode) return "given type is not a function";
            if (!TryReadString(ref rest, out byte[] source)) return "Failed loading library code";
            sources.Add(source);
        }

        return null;
    }

    private static bool TryReadString(ref ReadOnlySpan<byte> rest, out byte[] text)
    {
        text = [];
        if (!TryReadLength(ref rest, out int length, out bool isEncoding)) return false;
        if (!isEncoding)
        {
            if (length > rest.Length) return false;
            text = rest[..length].ToArray();
            rest = rest[length..];
            return true;
        }

        if (length != RdbEncoding.Lzf || !TryReadLength(ref rest, out int packed, out isEncoding) || isEncoding
            || !TryReadLength(ref rest, out int whole, out isEncoding) || isEncoding || packed > rest.Length) return false;
        text = new byte[whole];
        ReadOnlySpan<byte> from = rest[..packed];
        rest = rest[packed..];
        return Lzf.TryDecompress(from, text);
    }

    private static bool TryReadLength(ref ReadOnlySpan<byte> rest, out int length, out bool isEncoding)
    {
        length = 0;
        isEncoding = false;
        int bytes = rest.IsEmpty ? 0 : RdbLength.SizeOf(rest[0]);
        if (bytes == 0 || bytes > rest.Length) return false;
        ulong read = RdbLength.Read(rest, out isEncoding);
        rest = rest[bytes..];
        length = (int)Math.Min(read, int.MaxValue);
        return read <= SourceBytesMax;
    }
}
