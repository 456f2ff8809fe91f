using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using ModularKv.Metrics.Samples;

namespace ModularKv.Metrics.Serving;

/// <summary>
/// Reads a meter's instruments through a listener and writes them in Prometheus's text format 0.0.4, what belongs to one metric together.
/// </summary>
internal static class PrometheusText
{
    /// <summary>The format's media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Reads all instruments of the meter now, on the calling thread.</summary>
    public static string Collect(Meter meter)
    {
        var lines = new SortedDictionary<string, (Instrument Instrument, StringBuilder Text)>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter == meter) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            if (!lines.TryGetValue(instrument.Name, out (Instrument, StringBuilder Text) line))
            {
                lines.Add(instrument.Name, line = (instrument, new StringBuilder()));
            }

            Append(line.Text, instrument.Name, tags, value);
        });
        listener.Start();
        listener.RecordObservableInstruments();

        var text = new StringBuilder();
        foreach ((string name, (Instrument instrument, StringBuilder values)) in lines)
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(Escaped(instrument.Description ?? "", isLabel: false)).Append('\n');
            bool isCounter = instrument is ObservableCounter<double>;
            text.Append("# TYPE ").Append(name).Append(isCounter ? " counter\n" : " gauge\n").Append(values);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string name, ReadOnlySpan<KeyValuePair<string, object?>> tags, double value)
    {
        text.Append(name);
        char before = '{';
        foreach ((string label, object? content) in tags)
        {
            text.Append(before).Append(label).Append("=\"").Append(Escaped(content?.ToString() ?? "", isLabel: true)).Append('"');
            before = ',';
        }

        if (before == ',') text.Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => double.IsFinite(value)
        ? value.ToString("R", CultureInfo.InvariantCulture)
        : double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";

    private static string Escaped(string text, bool isLabel)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return isLabel ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }
}
