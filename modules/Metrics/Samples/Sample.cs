namespace ModularKv.Metrics.Samples;

/// <summary>A series' value at one moment.</summary>
/// <param name="Family">The metric's name, without labels.</param>
/// <param name="Labels">Names and values, in order.</param>
/// <param name="Value">In the unit that the name tells.</param>
internal readonly record struct Sample(Family Family, KeyValuePair<string, object?>[] Labels, double Value);

/// <summary>A metric: its name, kind and what it says.</summary>
/// <param name="Name">With the prefix: redis_connected_clients.</param>
/// <param name="IsCounter">Only ever rises while the server runs (and starts over with it, or with CONFIG RESETSTAT).</param>
/// <param name="Help">One line.</param>
internal sealed record Family(string Name, bool IsCounter, string Help);

/// <summary>All series at one moment. Never changes.</summary>
internal sealed class Snapshot
{
    /// <summary>Before the first one was taken.</summary>
    public static readonly Snapshot Empty = new([]);

    private readonly Dictionary<Family, List<Sample>> _byFamily = [];

    public Snapshot(IEnumerable<Sample> samples)
    {
        foreach (Sample sample in samples)
        {
            if (!_byFamily.TryGetValue(sample.Family, out List<Sample>? list)) _byFamily.Add(sample.Family, list = []);
            list.Add(sample);
        }
    }

    /// <summary>The metrics in it.</summary>
    public IReadOnlyCollection<Family> Families => _byFamily.Keys;

    /// <summary>A metric's series.</summary>
    public IReadOnlyList<Sample> Of(Family family) => _byFamily.TryGetValue(family, out List<Sample>? list) ? list : [];
}
