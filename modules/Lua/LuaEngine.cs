using ModularKv.Abstractions.Scripting;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua;

/// <summary>Lua 5.1 as redis-server has it, over the Lua 5.4 library.</summary>
internal sealed class LuaEngine : ScriptEngine
{
    private readonly ScriptWatch _watch = new();
    private ScriptLimits _limits;
    private LuaContext? _scripts;
    private LuaContext? _functions;
    private bool _isRunning;

    /// <inheritdoc/>
    public override string Name => "lua";

    /// <inheritdoc/>
    public override bool IsRunning => _isRunning;

    /// <inheritdoc/>
    public override long ScriptBytes => Scripts.State.UsedBytes;

    /// <inheritdoc/>
    public override long FunctionBytes => Functions.State.UsedBytes;

    private LuaContext Scripts => _scripts ??= new LuaContext(false, _limits, _watch);

    private LuaContext Functions => _functions ??= new LuaContext(true, _limits, _watch);

    /// <summary>Begins to serve.</summary>
    public void Start() => _isRunning = true;

    /// <summary>Ends, and frees everything.</summary>
    public void Stop()
    {
        _isRunning = false;
        _watch.Dispose();
        _scripts?.Dispose();
        _functions?.Dispose();
    }

    /// <inheritdoc/>
    public override void Configure(in ScriptLimits limits)
    {
        _limits = limits;
        _scripts?.Limit(limits);
        _functions?.Limit(limits);
    }

    /// <inheritdoc/>
    public override ScriptCode? Compile(ReadOnlySpan<byte> source, ReadOnlySpan<byte> digest, out byte[]? error)
    {
        LuaContext context = Scripts;
        Stack stack = context.State.Main;
        error = context.Compile(stack, source, "@user_script\0"u8);
        return error is null ? new LuaCode(context, LuaState.Keep(stack)) : null;
    }

    /// <inheritdoc/>
    public override bool Load(ReadOnlySpan<byte> source, LibraryDraft library, out byte[]? error)
    {
        error = Functions.Load(source, library);
        return error is null;
    }

    /// <inheritdoc/>
    public override void ResetScripts(bool inBackground) => Drop(ref _scripts, inBackground);

    /// <inheritdoc/>
    public override void ResetFunctions(bool inBackground) => Drop(ref _functions, inBackground);

    private static void Drop(ref LuaContext? context, bool inBackground)
    {
        LuaContext? old = context;
        context = null;
        if (old is null) return;
        if (inBackground) ThreadPool.UnsafeQueueUserWorkItem(static dropped => dropped.Dispose(), old, preferLocal: false);
        else old.Dispose();
    }
}
