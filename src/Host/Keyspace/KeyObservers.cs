using ModularKv.Abstractions;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Keyspace;

/// <summary>The registered key observers and what they want together, so that nobody's interest costs one test of a flag.</summary>
internal sealed class KeyObservers(KeyspaceState state)
{
    private KeyObserver[] _observers = [];

    /// <summary>Told of what an observer threw: its module's fault, not the command's that it watched.</summary>
    public Action<KeyObserver, Exception> Fault { get; set; } = (_, _) => { };

    /// <summary>What at least one observer wants.</summary>
    public KeyInterest Interest { get; private set; }

    /// <summary>Adds an observer. Dispose what comes back to take it off.</summary>
    public IDisposable Add(KeyObserver observer)
    {
        _observers = [.. _observers, observer];
        observer.InterestChanged = Combine;
        Combine();
        return new Undo(() => Remove(observer));
    }

    /// <summary>Tells those who want events.</summary>
    public void Happened(in KeyEvent happened)
    {
        if ((Interest & KeyInterest.Events) == 0) return;
        foreach (KeyObserver observer in _observers)
        {
            if ((observer.Interest & KeyInterest.Events) == 0) continue;
            try
            {
                observer.Happened(happened);
            }
            catch (Exception e) when (e is not InvariantException { IsKernel: true })
            {
                Fault(observer, e);
            }
        }
    }

    /// <summary>Tells those who want old values. The observers must not write to the database.</summary>
    public void Changing(Database database, KeyRef key, Entry oldValue)
    {
        foreach (KeyObserver observer in _observers)
        {
            if ((observer.Interest & KeyInterest.OldValues) == 0) continue;
            try
            {
                observer.Changing(database, key, oldValue);
            }
            catch (Exception e) when (e is not InvariantException { IsKernel: true })
            {
                Fault(observer, e);
            }
        }
    }

    /// <summary>Tells those who want to know of flushes and swaps.</summary>
    public void Flushing(Database? database, Database? swappedWith)
    {
        if ((Interest & KeyInterest.Flushes) == 0) return;
        foreach (KeyObserver observer in _observers)
        {
            if ((observer.Interest & KeyInterest.Flushes) == 0) continue;
            try
            {
                observer.Flushing(database, swappedWith);
            }
            catch (Exception e) when (e is not InvariantException { IsKernel: true })
            {
                Fault(observer, e);
            }
        }
    }

    private void Remove(KeyObserver observer)
    {
        observer.InterestChanged = null;
        _observers = [.. _observers.Where(other => other != observer)];
        Combine();
    }

    private void Combine()
    {
        Interest = KeyInterest.None;
        foreach (KeyObserver observer in _observers) Interest |= observer.Interest;
        state.SetHook(KeyspaceHooks.OldValues, (Interest & KeyInterest.OldValues) != 0);
        state.WantsEvents = (Interest & KeyInterest.Events) != 0;
    }
}
