using System.Text;

namespace ModularKv.Monitoring.Latency;

/// <summary>A filled line graph of characters with a label below each column. Source: sparkline.c.</summary>
internal static class Sparkline
{
    private const string Fill = "_o#";
    private const int LabelMarginTop = 1;

    /// <summary>Draws the values, <paramref name="columns"/> of them side by side.</summary>
    public static void Render(StringBuilder text, IReadOnlyList<(long Value, string Label)> samples, int columns, int rows)
    {
        if (samples.Count == 0) return;
        var range = new Range(samples.Min(sample => sample.Value), samples.Max(sample => sample.Value), rows);
        for (int from = 0; from < samples.Count; from += columns)
        {
            if (from > 0) text.Append('\n');
            RenderRange(text, [.. samples.Skip(from).Take(columns)], range);
        }
    }

    private static void RenderRange(StringBuilder text, (long Value, string Label)[] samples, Range range)
    {
        Span<char> line = stackalloc char[samples.Length];
        for (int row = 0; row < range.Rows; row++)
        {
            for (int i = 0; i < samples.Length; i++) line[i] = range.CharAt(samples[i].Value, row);
            text.Append(line).Append('\n');
        }

        line.Fill(' ');
        for (int i = 0; i < LabelMarginTop; i++) text.Append(line).Append('\n');
        int longest = samples.Max(sample => sample.Label.Length);
        for (int at = 0; at < longest; at++)
        {
            for (int i = 0; i < samples.Length; i++) line[i] = at < samples[i].Label.Length ? samples[i].Label[at] : ' ';
            text.Append(line).Append('\n');
        }
    }

    private readonly record struct Range(long Min, long Max, int Rows)
    {
        public char CharAt(long value, int row)
        {
            int steps = Fill.Length * Rows;
            double whole = Max == Min ? 1 : Max - Min;
            int step = Math.Clamp((int)((value - Min) * steps / whole), 0, steps - 1);
            int index = step - ((Rows - row - 1) * Fill.Length);
            return index < 0 ? ' ' : index < Fill.Length ? Fill[index] : '|';
        }
    }
}
