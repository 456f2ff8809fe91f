using System.Globalization;
using System.Text;

namespace ModularKv.Abstractions;

/// <summary>Writes the lines of an INFO section.</summary>
public sealed class InfoWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>name:value</summary>
    public void Line(string name, string value) => _text.Append(name).Append(':').Append(value).Append("\r\n");

    /// <summary>name:value</summary>
    public void Line(string name, long value) => Line(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>name:value with <paramref name="decimals"/> digits after the point.</summary>
    public void Line(string name, double value, int decimals) => Line(name, value.ToString("F" + decimals, CultureInfo.InvariantCulture));

    /// <summary>A line as it is.</summary>
    public void Raw(string line) => _text.Append(line).Append("\r\n");

    /// <summary>The text so far.</summary>
    public override string ToString() => _text.ToString();
}
