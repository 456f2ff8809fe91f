using System.Text;
using ModularKv.Abstractions;
using ModularKv.Host.Primitives;

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
        IEnumerable<Section> wanted = _sections.Where(s => Wanted(s, sections));
        foreach (IGrouping<string, Section> group in wanted.GroupBy(s => s.Name, StringComparer.OrdinalIgnoreCase))
        {
            // Several modules may write into one section.
            var writer = new InfoWriter();
            foreach (Section section in group) section.Write(writer);
            if (text.Length > 0) text.Append("\r\n");
            text.Append("# ").Append(group.Key).Append("\r\n").Append(writer);
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
