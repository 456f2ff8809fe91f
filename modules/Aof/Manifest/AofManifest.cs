using System.Text;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Aof.Manifest;

/// <summary>One file of the log.</summary>
/// <param name="Name">Its name in the directory of the log.</param>
/// <param name="Sequence">Its number, from 1.</param>
/// <param name="Kind">One of <see cref="AofManifest.BaseKind"/>, <see cref="AofManifest.HistoryKind"/> and so on.</param>
internal sealed record AofPart(string Name, long Sequence, char Kind);

/// <summary>
/// Which files make up the log, in which order: at most one base with the data set at some time, then increments with what was written
/// since; files that a rewrite has replaced wait to be removed. Source: aof.c, aofManifest.
/// </summary>
internal sealed class AofManifest
{
    /// <summary>Type letter of the base.</summary>
    public const char BaseKind = 'b';

    /// <summary>Type letter of replaced files.</summary>
    public const char HistoryKind = 'h';

    /// <summary>Type letter of increments.</summary>
    public const char IncrementKind = 'i';

    private long _baseSequence;
    private long _incrementSequence;

    /// <summary>The base, or null.</summary>
    public AofPart? Base { get; private set; }

    /// <summary>Files to be removed.</summary>
    public List<AofPart> History { get; } = [];

    /// <summary>The increments, oldest first; the last one is written to.</summary>
    public List<AofPart> Increments { get; } = [];

    /// <summary>Whether it differs from what the disk has.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether it names no file that is loaded.</summary>
    public bool IsEmpty => Base is null && Increments.Count == 0;

    /// <summary>The files to be loaded, in order.</summary>
    public IEnumerable<AofPart> Parts => Base is null ? Increments : [Base, .. Increments];

    /// <summary>A copy that may be changed and thrown away.</summary>
    public AofManifest Copy()
    {
        var copy = new AofManifest
        {
            Base = Base, IsDirty = IsDirty, _baseSequence = _baseSequence, _incrementSequence = _incrementSequence,
        };
        copy.History.AddRange(History);
        copy.Increments.AddRange(Increments);
        return copy;
    }

    /// <summary>Takes a base that is there: of the file, or of an old log.</summary>
    public void SetBase(AofPart part)
    {
        Base = part;
        _baseSequence = part.Sequence;
    }

    /// <summary>Takes an increment of the file.</summary>
    public void AddIncrement(AofPart part)
    {
        Increments.Add(part);
        _incrementSequence = part.Sequence;
    }

    /// <summary>Names a new base; the present one becomes history.</summary>
    public AofPart NextBase(string fileName, bool isRdb)
    {
        if (Base is not null) History.Insert(0, Base with { Kind = HistoryKind });
        _baseSequence++;
        Base = new AofPart($"{fileName}.{_baseSequence}.base{(isRdb ? ".rdb" : ".aof")}", _baseSequence, BaseKind);
        IsDirty = true;
        return Base;
    }

    /// <summary>Names a new increment.</summary>
    public AofPart NextIncrement(string fileName)
    {
        _incrementSequence++;
        Increments.Add(new AofPart($"{fileName}.{_incrementSequence}.incr.aof", _incrementSequence, IncrementKind));
        IsDirty = true;
        return Increments[^1];
    }

    /// <summary>The increments are in the base now: history, but for the last one while it is written to.</summary>
    public void RetireIncrements(bool keepsLast)
    {
        if (Increments.Count == 0) return;
        int kept = keepsLast ? 1 : 0;
        for (int i = Increments.Count - 1 - kept; i >= 0; i--)
        {
            History.Insert(0, Increments[i] with { Kind = HistoryKind });
            Increments.RemoveAt(i);
        }

        IsDirty = true;
    }

    /// <summary>The file's content.</summary>
    public byte[] Format()
    {
        var text = new StringBuilder();
        if (Base is not null) Write(text, Base);
        foreach (AofPart part in History) Write(text, part);
        foreach (AofPart part in Increments) Write(text, part);
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static void Write(StringBuilder text, AofPart part)
        => text.Append($"file {ConfigurationText.QuoteWhenNeeded(part.Name)} seq {part.Sequence} type {part.Kind}\n");
}
