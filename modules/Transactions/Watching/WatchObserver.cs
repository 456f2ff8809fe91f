using ModularKv.Abstractions;

namespace ModularKv.Transactions.Watching;

/// <summary>Hands changes of keys to the table while somebody watches one.</summary>
internal sealed class WatchObserver : KeyObserver
{
    private readonly WatchTable _watches;

    public WatchObserver(WatchTable watches)
    {
        _watches = watches;
        watches.Used = used => Interest = used ? KeyInterest.Events | KeyInterest.Flushes : KeyInterest.None;
    }

    /// <inheritdoc/>
    public override void Happened(in KeyEvent happened)
    {
        if (happened.IsModification) _watches.Touch(happened.Database, happened.Key.Bytes);
    }

    /// <inheritdoc/>
    public override void Flushing(Database? database, Database? swappedWith)
    {
        _watches.TouchAll(database, swappedWith);
        if (swappedWith is not null) _watches.TouchAll(swappedWith, database);
    }
}
