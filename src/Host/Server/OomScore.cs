using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Host.Configuration;

namespace ModularKv.Host.Server;

/// <summary>
/// How likely the system ends this process when memory runs out: <c>oom-score-adj</c> and its values. Source: setOOMScoreAdj in server.c.
/// </summary>
/// <param name="path">Where the system takes the score: a file that holds one number.</param>
/// <param name="log">Told when it refuses.</param>
internal sealed class OomScore(string path, ILog log)
{
    /// <summary>The score of this process on Linux.</summary>
    public const string ProcessPath = "/proc/self/oom_score_adj";

    private const int ScoreMin = -1000;
    private const int ScoreMax = 1000;
    private int? _original;

    /// <summary>Sets the score.</summary>
    /// <param name="mode">No restores the one that the process had before it was first set.</param>
    /// <param name="value">The value of the server's role.</param>
    /// <returns>Null, or why it could not be set.</returns>
    public string? Apply(OomScoreMode mode, int value)
    {
        if (mode == OomScoreMode.No && _original is null) return null;
        try
        {
            _original ??= int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
            int score = mode switch
            {
                OomScoreMode.No => _original.Value,
                OomScoreMode.Relative => _original.Value + value,
                _ => value,
            };
            File.WriteAllText(path, Math.Clamp(score, ScoreMin, ScoreMax).ToString(CultureInfo.InvariantCulture));
            if (mode == OomScoreMode.No) _original = null;
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            log.Warning($"Unable to write {path}: {e.Message}");
            return "Failed to set current oom_score_adj. Check server logs.";
        }
    }
}
