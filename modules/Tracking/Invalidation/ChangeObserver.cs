using ModularKv.Abstractions;
using ModularKv.Tracking.Broadcasting;

namespace ModularKv.Tracking.Invalidation;

/// <summary>Hears of changed keys while somebody tracks, or the table still remembers something.</summary>
internal sealed class ChangeObserver(
    TrackedClients clients, InvalidationTable table, PrefixTable prefixes, Invalidator invalidator) : KeyObserver
{
    /// <summary>Observes, or does not, as it is needed now.</summary>
    public void Update()
    {
        bool isUsed = clients.Tracking.Count > 0 || table.KeyCount > 0;
        KeyInterest wanted = isUsed ? KeyInterest.Events | KeyInterest.Flushes : KeyInterest.None;
        if (Interest != wanted) Interest = wanted;
    }

    /// <inheritdoc/>
    public override void Happened(in KeyEvent happened)
    {
        if (!happened.IsModification) return;
        KeyRef key = happened.Key;
        if (prefixes.Count > 0) prefixes.Note(key.Bytes, key.Hash, invalidator.WriterOf(happened));
        if (table.KeyCount == 0) return;
        invalidator.Changed(key.Bytes, key.Hash, invalidator.WriterOf(happened));
        if (table.KeyCount == 0) Update();
    }

    /// <inheritdoc/>
    public override void Flushing(Database? database, Database? swappedWith)
    {
        invalidator.Everything();
        Update();
    }
}
