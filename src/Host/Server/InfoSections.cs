using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Host.Server;

/// <summary>INFO: sections registered by modules, in their order.</summary>
internal sealed class InfoSections : IInfo
{
    private readonly List<Section> _sections = [];

    /// <summary>Adds a section. Dispose to take it out.</summary>
    public IDisposable Add(string name, int order, Action<InfoWriter> write, InfoVisibility visibility)
    {
        var section = new Section(name, order, write, visibility);
        int at = _sections.FindIndex(s => s.Order > order);
        _sections.Insert(at < 0 ? _sections.Count : at, section);
        return new Undo(() => _sections.Remove(section));
    }

    /// <inheritdoc/>
    public string Render(IReadOnlyList<string> sections)
    {
        var text = new StringBuilder();
        string lastTitle = "";
        foreach (Section section in _sections.Where(s => Wanted(s, sections)))
        {
            // Several modules may write into one section.
            bool continues = section.Name.Equals(lastTitle, StringComparison.OrdinalIgnoreCase);
            var writer = new InfoWriter();
            section.Write(writer);
            if (!continues)
            {
                if (text.Length > 0) text.Append("\r\n");
                text.Append("# ").Append(section.Name).Append("\r\n");
            }

            text.Append(writer);
            lastTitle = section.Name;
        }

        return text.ToString();
    }

    private static bool Wanted(Section section, IReadOnlyList<string> wanted)
    {
        if (wanted.Count == 0) return section.Visibility == InfoVisibility.Default;
        foreach (string word in wanted)
        {
            bool matches = word.ToLowerInvariant() switch
            {
                "default" => section.Visibility == InfoVisibility.Default,
                "all" => section.Visibility != InfoVisibility.Module,
                "everything" => true,
                _ => section.Name.Equals(word, StringComparison.OrdinalIgnoreCase),
            };
            if (matches) return true;
        }

        return false;
    }

    private sealed record Section(string Name, int Order, Action<InfoWriter> Write, InfoVisibility Visibility);
}
