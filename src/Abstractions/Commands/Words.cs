using System.Text;

namespace ModularKv.Abstractions;

/// <summary>Comparison of protocol words.</summary>
public static class Words
{
    /// <summary>ASCII comparison without case.</summary>
    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
        => text.Length == word.Length && Ascii.EqualsIgnoreCase(text, word);

    /// <summary>What an error text shows of an argument: as a C string, so nothing from the first zero byte on.</summary>
    /// <returns>A slice of the argument, borrowed as long as it is.</returns>
    public static ReadOnlySpan<byte> Shown(ReadOnlySpan<byte> argument)
    {
        int zero = argument.IndexOf((byte)0);
        return zero < 0 ? argument : argument[..zero];
    }
}
