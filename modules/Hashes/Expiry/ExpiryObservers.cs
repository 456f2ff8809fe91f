using ModularKv.Abstractions;

namespace ModularKv.Hashes.Expiry;

/// <summary>Tells the queue of keys that move. Wants to know nothing while no hash has a field that expires.</summary>
internal sealed class ExpiryKeyObserver : KeyObserver
{
    private readonly ExpiryQueue _queue;

    /// <summary>Follows the queue from empty to used and back.</summary>
    public ExpiryKeyObserver(ExpiryQueue queue)
    {
        _queue = queue;
        queue.Used = used => Interest = used ? KeyInterest.Events | KeyInterest.Flushes : KeyInterest.None;
    }

    /// <inheritdoc/>
    public override void Happened(in KeyEvent happened)
    {
        if (happened.Class != KeyEventClass.Generic || !happened.IsModification) return;
        ReadOnlySpan<byte> name = happened.Name;
        if (name.SequenceEqual("rename_to"u8) || name.SequenceEqual("move_to"u8) || name.SequenceEqual("copy_to"u8))
        {
            _queue.Arrived(happened.Database, happened.Key);
        }
    }

    /// <inheritdoc/>
    public override void Flushing(Database? database, Database? swappedWith)
    {
        if (database is not null && swappedWith is not null) _queue.Swap(database.Index, swappedWith.Index);
        else _queue.Clear(database?.Index ?? -1);
    }
}

/// <summary>The timer of field expiry.</summary>
internal sealed class ExpiryTimer(FieldExpiry expiry) : ServerObserver
{
    /// <inheritdoc/>
    public override void Tick() => expiry.Tick();
}
