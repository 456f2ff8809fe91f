using System.Text;

namespace ModularKv.Metrics.Serving;

/// <summary>What is asked for: the first line of a request. Headers do not matter here, but they must have ended.</summary>
/// <param name="Method">GET, HEAD …</param>
/// <param name="Path">Without the query.</param>
internal readonly record struct HttpHead(string Method, string Path)
{
    /// <summary>Bytes of a request, its headers included; nothing legitimate comes near.</summary>
    public const int BytesMax = 8192;

    /// <summary>Where the head ends, behind its empty line; -1: not yet.</summary>
    public static int EndOf(ReadOnlySpan<byte> received)
    {
        int end = received.IndexOf("\r\n\r\n"u8);
        return end < 0 ? -1 : end + 4;
    }

    /// <summary>Reads a whole head. False: it is none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> head, out HttpHead parsed)
    {
        parsed = default;
        int lineEnd = head.IndexOf("\r\n"u8);
        if (lineEnd < 0) return false;
        string[] words = Encoding.Latin1.GetString(head[..lineEnd]).Split(' ');
        if (words.Length != 3 || words[0].Length == 0 || !words[2].StartsWith("HTTP/1.", StringComparison.Ordinal)) return false;
        if (words[1].Length == 0 || words[1][0] != '/') return false;
        int query = words[1].IndexOf('?');
        parsed = new HttpHead(words[0], query < 0 ? words[1] : words[1][..query]);
        return true;
    }
}
