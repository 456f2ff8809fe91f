using System.Globalization;
using System.Text;

namespace ModularKv.Abstractions;

/// <summary>
/// Writes the lines of an INFO section. A name that stands already gets the new value in its old place: a module that provides a feature
/// replaces what a server without it prints, by writing the same name into the same section later.
/// </summary>
public sealed class InfoWriter
{
    private readonly List<string> _lines = [];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    /// <summary>name:value</summary>
    public void Line(string name, string value)
    {
        string line = name + ":" + value;
        if (_byName.TryAdd(name, _lines.Count)) _lines.Add(line); else _lines[_byName[name]] = line;
    }

    /// <summary>name:value</summary>
    public void Line(string name, long value) => Line(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>name:value with <paramref name="decimals"/> digits after the point.</summary>
    public void Line(string name, double value, int decimals) => Line(name, value.ToString("F" + decimals, CultureInfo.InvariantCulture));

    /// <summary>A line as it is.</summary>
    public void Raw(string line) => _lines.Add(line);

    /// <summary>The text so far.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (string line in _lines) text.Append(line).Append("\r\n");
        return text.ToString();
    }
}
