using System.Text;

namespace ModularKv.Abstractions;

/// <summary>Comparison of protocol words.</summary>
public static class Words
{
    /// <summary>ASCII comparison without case.</summary>
    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => text.Length == word.Length && Ascii.EqualsIgnoreCase(text, word);
}
