using ModularKv.Abstractions.Scripting;

namespace ModularKv.Lua;

/// <summary>A compiled function of a state.</summary>
/// <param name="context">The state.</param>
/// <param name="reference">Where it keeps the function.</param>
internal sealed class LuaCode(LuaContext context, int reference) : ScriptCode
{
    private bool _isDisposed;

    /// <inheritdoc/>
    public override void Invoke(ScriptRun run) => context.Invoke(reference, run);

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        context.State.Forget(reference);
    }
}
