namespace ModularKv.Host.Primitives;

/// <summary>Takes a registration back, once.</summary>
internal sealed class Undo(Action undo) : IDisposable
{
    private Action? _undo = undo;

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _undo, null)?.Invoke();
}
