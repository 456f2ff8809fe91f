using System.Text;
using System.Text.RegularExpressions;

namespace ModularKv.Lua.Source;

/// <summary>What the compiler of 5.4 complains of, in the words of 5.1.</summary>
internal static partial class CompileErrors
{
    /// <summary>Rewrites a message.</summary>
    /// <param name="message">As 5.4 wrote it.</param>
    /// <param name="source">What was translated.</param>
    public static byte[] Reword(ReadOnlySpan<byte> message, Translator source)
    {
        char replaced = source.Replaced;
        string text = Encoding.Latin1.GetString(message);
        if (StrayBreak().Match(text) is { Success: true } stray && int.TryParse(stray.Groups[2].ValueSpan, out int line))
        {
            return Encoding.Latin1.GetBytes(stray.Groups[1].Value + source.StrayBreak(line));
        }

        text = text.Replace("near <eof>", "near '<eof>'", StringComparison.Ordinal);
        text = text.Replace("<eof> expected near", "'<eof>' expected near", StringComparison.Ordinal);
        text = StartingLine().Replace(text, "$1 near");
        text = text.Replace("<name> expected near", "'<name>' expected near", StringComparison.Ordinal);
        if (replaced != '\0') text = text.Replace($"near '{Translator.Stranger}'", $"near '{replaced}'", StringComparison.Ordinal);
        text = WholeNumber().Replace(text, "near '$1'");
        if (!text.EndsWith("syntax error near '='", StringComparison.Ordinal))
        {
            text = text.Replace(": syntax error near", ": '=' expected near", StringComparison.Ordinal);
        }

        return Encoding.Latin1.GetBytes(text.Replace(Translator.CloseMark, "", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"(unfinished long (?:string|comment)) \(starting at line \d+\) near")]
    private static partial Regex StartingLine();

    [GeneratedRegex(@"^(.*?:)\d+: break outside loop at line (\d+)")]
    private static partial Regex StrayBreak();

    [GeneratedRegex(@"near '(\d+)\.0'$")]
    private static partial Regex WholeNumber();
}
