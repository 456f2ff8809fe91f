using ModularKv.Abstractions.Scripting;
using ModularKv.JavaScript.Engine;
using ModularKv.JavaScript.Running;
using ModularKv.JavaScript.Source;

namespace ModularKv.JavaScript;

/// <summary>Serves sources that begin with <c>#!js</c>.</summary>
/// <remarks>
/// A library has one state for as long as it is loaded; a script of EVAL has a new one for each run, so that nothing of one user's run is
/// there in another's. What is kept of scripts is their parsed text.
/// </remarks>
internal sealed class JavaScriptEngine(JavaScriptSettings settings) : ScriptEngine
{
    /// <summary>Memory of a parsed source for each of its bytes: an estimate.</summary>
    public const int BytesPerSourceByte = 20;

    private readonly Meter _meter = new(settings);
    private readonly HashSet<Library> _libraries = [];
    private bool _isRunning;

    /// <inheritdoc/>
    public override string Name => "js";

    /// <inheritdoc/>
    public override bool IsRunning => _isRunning;

    /// <inheritdoc/>
    public override long ScriptBytes => SourceBytes * BytesPerSourceByte;

    /// <inheritdoc/>
    public override long FunctionBytes => _libraries.Sum(library => library.Bytes);

    /// <summary>Bytes of the sources of scripts that are compiled.</summary>
    internal long SourceBytes { get; set; }

    internal Meter Meter => _meter;

    /// <summary>Serves from now on.</summary>
    public void Start() => _isRunning = true;

    /// <summary>Serves no more.</summary>
    public void Stop()
    {
        _isRunning = false;
        _libraries.Clear();
    }

    /// <inheritdoc/>
    public override void Configure(in ScriptLimits limits) => _meter.BytesMax = limits.BytesMax;

    /// <inheritdoc/>
    public override ScriptCode? Compile(ReadOnlySpan<byte> source, ReadOnlySpan<byte> digest, out byte[]? error)
    {
        CompiledSource? compiled = Compile(source, isScript: true, out SourceError? refused);
        error = refused is null ? null : ByteText.Encode($"user_script:{refused.Line}:{refused.Column}: {refused.Text}");
        return compiled is null ? null : new Script(this, compiled);
    }

    /// <inheritdoc/>
    public override bool Load(ReadOnlySpan<byte> source, LibraryDraft library, out byte[]? error)
    {
        CompiledSource? compiled = Compile(source, isScript: false, out SourceError? refused);
        if (compiled is null)
        {
            error = ByteText.Encode($"Error compiling function: @user_function:{refused!.Line}:{refused.Column}: {refused.Text}");
            return false;
        }

        Library loaded = new(compiled, _meter);
        bool isLoaded = loaded.Load(library, one => _libraries.Remove(one), out string? why);
        if (isLoaded) _libraries.Add(loaded);
        error = why is null ? null : ByteText.Encode(why);
        return isLoaded;
    }

    /// <inheritdoc/>
    public override void ResetScripts(bool inBackground) => SourceBytes = 0;

    /// <inheritdoc/>
    public override void ResetFunctions(bool inBackground) => _libraries.Clear();

    private CompiledSource? Compile(ReadOnlySpan<byte> source, bool isScript, out SourceError? error)
    {
        if (source.Length <= settings.Source.Value)
        {
            return CompiledSource.Compile(ByteText.Decode(source), isScript, _meter, out error);
        }

        error = new SourceError(1, 1, $"the source has {source.Length} bytes, more than js-source-limit {settings.Source.Value}");
        return null;
    }

    /// <summary>A script of EVAL.</summary>
    private sealed class Script : ScriptCode
    {
        private readonly JavaScriptEngine _engine;
        private readonly CompiledSource _source;

        public Script(JavaScriptEngine engine, CompiledSource source)
        {
            _engine = engine;
            _source = source;
            engine.SourceBytes += source.Length;
        }

        public override void Invoke(ScriptRun run)
        {
            Meter meter = _engine.Meter;
            var state = new ScriptState(meter, registrar: null);
            meter.Begin(run);
            state.Invoke(_source, run);
            meter.End();
        }

        public override void Dispose() => _engine.SourceBytes -= _source.Length;
    }
}
