using ModularKv.Abstractions.Scripting;
using ModularKv.JavaScript.Engine;
using ModularKv.JavaScript.Running;

namespace ModularKv.JavaScript;

/// <summary>
/// A library that was loaded: a state of its own with the functions that it registered. A state in which a run was stopped is thrown away;
/// the next call runs the library's text again.
/// </summary>
internal sealed class Library(CompiledSource source, Meter meter)
{
    // What took part in a FUNCTION LOAD once does not take longer the second time.
    private const int ReloadTimeMs = 500;

    private ScriptState? _state;

    /// <summary>Bytes that it takes, estimated.</summary>
    public long Bytes => ScriptState.EmptyBytes + ((long)source.Length * JavaScriptEngine.BytesPerSourceByte);

    /// <summary>Functions that the server holds.</summary>
    public int Functions { get; set; }

    /// <summary>Runs the text, registering at the draft.</summary>
    public bool Load(LibraryDraft draft, Action<Library> forget, out string? error)
    {
        var state = new ScriptState(meter, (name, flags, description) =>
        {
            var function = new LibraryFunction(this, name, forget);
            byte[]? told = description is null ? null : ByteText.Encode(description);
            string? refusal = draft.Register(ByteText.Encode(name), function, flags, told);
            if (refusal is null) Functions++;
            return refusal;
        });
        meter.Begin(draft, timeMs: 0);
        bool isLoaded = state.Load(source, out string? why, out bool isStopped);
        meter.End();
        _state = isLoaded ? state : null;
        error = why is null || isStopped ? why : "Error registering functions: " + why;
        return isLoaded;
    }

    /// <summary>Runs a function. Writes one reply.</summary>
    public void Invoke(string function, ScriptRun run)
    {
        if (_state is null && !Reload(out string? error))
        {
            string why = $"ERR The library could not be loaded again after a run was stopped: {error}";
            run.Fail(ByteText.Encode(why), default, default, isCounted: false);
            return;
        }

        meter.Begin(run);
        _state!.Invoke(function, run);
        meter.End();
        if (_state.IsBroken) _state = null;
    }

    private bool Reload(out string? error)
    {
        var state = new ScriptState(meter, (_, _, _) => null);
        meter.Begin(draft: null, ReloadTimeMs);
        bool isLoaded = state.Load(source, out error, out _);
        meter.End();
        if (isLoaded) _state = state;
        return isLoaded;
    }
}

/// <summary>A function of a library.</summary>
internal sealed class LibraryFunction(Library library, string name, Action<Library> forget) : ScriptCode
{
    /// <inheritdoc/>
    public override void Invoke(ScriptRun run) => library.Invoke(name, run);

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (--library.Functions == 0) forget(library);
    }
}
