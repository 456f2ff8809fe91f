using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.Lua.Api;
using ModularKv.Lua.Libraries;
using ModularKv.Lua.Source;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua;

/// <summary>
/// A Lua state set up as redis-server sets its own up, and what its functions need. Scripts have one, functions of libraries another; they
/// see nothing of each other.
/// </summary>
internal sealed class LuaContext : IDisposable
{
    /// <summary>Nesting of values that callbacks walk through by recursion: they run on the thread's own stack.</summary>
    public const int NestingMax = 1500;

    /// <summary>Tables that cjson.new may make in one state.</summary>
    public const int JsonConfigsMax = 10_000;

    /// <summary>
    /// Twice what Lua sets: every call leaves its tables behind, and a collection looks at all of the libraries, which take more than most
    /// scripts ever do.
    /// </summary>
    private const int CollectionPausePercent = 400;

    private const int Handler = 1;
    private const int Globals = 2;
    private const int EnvironmentMeta = 3;
    private const int LibraryGlobals = 4;
    private const int KeysName = 5;
    private const int ArgumentsName = 6;
    private const int Bottom = ArgumentsName;

    private static readonly (string[] Names, LuaFunction[] Functions) s_functions = Collect();

    private readonly Translator _translator = new();
    private readonly ScriptWatch _watch;

    /// <param name="isFunctions">Whether it is the state of libraries.</param>
    /// <param name="limits">Its limits.</param>
    /// <param name="watch">Interrupts scripts that run too long.</param>
    public LuaContext(bool isFunctions, in ScriptLimits limits, ScriptWatch watch)
    {
        _watch = watch;
        State = new LuaState(s_functions.Functions, this);
        Stack stack = State.Main;
        stack.Ensure(100);
        int raw = stack.Top + 1;
        PushRaw(stack);
        int based = RunPrelude(stack, "Base.lua", 1, [raw]);
        int libraries = RunPrelude(stack, "Libraries.lua", 1, [based]);
        stack.Push(isFunctions);
        int results = RunPrelude(stack, "Globals.lua", 5, [based, libraries, stack.Top]);
        // What the runs need stays at the stack's bottom: handler, globals, the environment's metatable, a loading library's globals.
        stack.PushCopy(results);
        State.SetEnvironment();
        stack.PushCopy(results + 2);
        stack.PushCopy(results + 1);
        stack.PushCopy(results + 3);
        stack.PushCopy(results + 4);
        for (int i = 4; i >= 1; i--) Replace(stack, i);
        stack.SetTop(LibraryGlobals);
        stack.Push("KEYS"u8);
        stack.Push("ARGV"u8);
        State.CollectAll();
        State.SetPause(CollectionPausePercent);
        Limit(limits);
    }

    /// <summary>The state.</summary>
    public LuaState State { get; }

    /// <summary>The run in progress, or null.</summary>
    public ScriptRun? Run { get; private set; }

    /// <summary>The library being loaded, or null.</summary>
    public LibraryDraft? Draft { get; private set; }

    /// <summary>For one function at a time.</summary>
    public ByteBuffer Buffer { get; } = new();

    /// <summary>Settings of the cjson tables.</summary>
    public List<JsonConfig> JsonConfigs { get; } = [];

    /// <summary>Of math.random.</summary>
    public ulong RandomState { get; set; } = Mathematics.InitialState;

    /// <summary>Takes over limits.</summary>
    public void Limit(in ScriptLimits limits) => State.Limit(limits.BytesMax);

    /// <summary>Compiles 5.1 source and pushes the function, or null and the error's text.</summary>
    /// <param name="stack">Where to.</param>
    /// <param name="source">The text.</param>
    /// <param name="chunkName">Its name, ending with a zero byte.</param>
    /// <returns>Null, or the error.</returns>
    public byte[]? Compile(Stack stack, ReadOnlySpan<byte> source, ReadOnlySpan<byte> chunkName)
    {
        ReadOnlySpan<byte> translated = _translator.Run(source);
        bool loaded = LuaState.Load(stack, translated, chunkName);
        if (loaded && _translator.Complaint is null) return null;
        byte[] error = loaded
            ? [.. ShortName(chunkName), (byte)':', .. System.Text.Encoding.ASCII.GetBytes(_translator.Complaint!)]
            : CompileErrors.Reword(stack.Type(-1) == Native.TypeString ? stack.Bytes(-1) : "not enough memory"u8, _translator);
        stack.Pop();
        return error;
    }

    /// <summary>Runs a compiled function and answers.</summary>
    public void Invoke(int reference, ScriptRun run)
    {
        Stack stack = State.Main;
        Run = run;
        stack.SetTop(Bottom);
        stack.RawGet(Native.RegistryIndex, reference);
        int arguments = 0;
        if (run.IsScript)
        {
            stack.PushCopy(KeysName);
            PushTexts(stack, run, isKeys: true);
            stack.Set(Globals);
            stack.PushCopy(ArgumentsName);
            PushTexts(stack, run, isKeys: false);
            stack.Set(Globals);
        }
        else
        {
            PushTexts(stack, run, isKeys: true);
            PushTexts(stack, run, isKeys: false);
            arguments = 2;
        }

        State.MustStop ??= MustStop;
        _watch.Begin(State, run.PollFrom);
        bool succeeded = State.Call(arguments, 1, Handler);
        _watch.End();
        if (State.IsStopping) RunErrors.Stopped(run, Buffer);
        else if (succeeded) LuaToReply.Write(stack, run);
        else RunErrors.Raised(stack, run);
        stack.SetTop(Bottom);
        Run = null;
    }

    /// <summary>Runs a library's text.</summary>
    /// <returns>Null, or all of the error's text behind its code.</returns>
    public byte[]? Load(ReadOnlySpan<byte> source, LibraryDraft draft)
    {
        Stack stack = State.Main;
        stack.SetTop(Bottom);
        if (Compile(stack, source, "@user_function\0"u8) is { } error) return [.. "Error compiling function: "u8, .. error];
        SetGlobals(stack, LibraryGlobals);
        Draft = draft;
        State.MustStop ??= MustStop;
        State.PollsFromStart = true;
        bool succeeded = State.Call(0, 0, 0);
        State.PollsFromStart = false;
        Draft = null;
        byte[]? failure = State.IsStopping ? [.. "FUNCTION LOAD timeout"u8]
            : succeeded ? null : [.. "Error registering functions: "u8, .. RunErrors.Text(stack)];
        stack.SetTop(Bottom);
        SetGlobals(stack, Globals);
        return failure;
    }

    /// <inheritdoc/>
    public void Dispose() => State.Dispose();

    private static void SetGlobals(Stack stack, int index)
    {
        stack.PushCopy(index);
        stack.SetField(EnvironmentMeta, "__index"u8);
    }

    private static ReadOnlySpan<byte> ShortName(ReadOnlySpan<byte> chunkName) => chunkName[1..^1];

    private static void PushTexts(Stack stack, ScriptRun run, bool isKeys)
    {
        int count = isKeys ? run.KeyCount : run.ArgumentCount;
        stack.PushTable(count);
        for (int i = 0; i < count; i++)
        {
            stack.Push(isKeys ? run.Key(i) : run.Argument(i));
            stack.RawSet(-2, i + 1);
        }
    }

    private static (string[] Names, LuaFunction[] Functions) Collect()
    {
        var functions = new Dictionary<string, LuaFunction>();
        RedisApi.AddTo(functions);
        Registration.AddTo(functions);
        Bits.AddTo(functions);
        Json.AddTo(functions);
        Mathematics.AddTo(functions);
        MessagePack.AddTo(functions);
        Patterns.AddTo(functions);
        StructPacking.AddTo(functions);
        Texts.AddTo(functions);
        return ([.. functions.Keys], [.. functions.Values]);
    }

    private static void PushRaw(Stack stack)
    {
        stack.PushTable();
        int table = stack.Top;
        for (int i = 0; i < s_functions.Names.Length; i++)
        {
            LuaState.PushFunction(stack, i);
            stack.SetField(table, System.Text.Encoding.ASCII.GetBytes(s_functions.Names[i]));
        }

        stack.PushNull();
        stack.SetField(table, "null"u8);
        stack.Push(System.Text.Encoding.ASCII.GetBytes(ServerVersion.Compatibility));
        stack.SetField(table, "version"u8);
        stack.Push((double)RedisApi.VersionNumber(ServerVersion.Compatibility));
        stack.SetField(table, "version_number"u8);
    }

    private static void Replace(Stack stack, int index)
    {
        stack.PushCopy(-1);
        stack.CopyTo(index);
        stack.Pop(2);
    }

    private int RunPrelude(Stack stack, string name, int results, ReadOnlySpan<int> arguments)
    {
        using Stream stream = typeof(LuaContext).Assembly.GetManifestResourceStream(name)!;
        byte[] text = new byte[stream.Length];
        stream.ReadExactly(text);
        int first = stack.Top + 1;
        if (!State.LoadStripped(text) || !CallPrelude(stack, results, arguments))
        {
            throw new InvalidOperationException($"{name}: {System.Text.Encoding.UTF8.GetString(stack.Bytes(-1))}");
        }

        return first;
    }

    private bool CallPrelude(Stack stack, int results, ReadOnlySpan<int> arguments)
    {
        foreach (int argument in arguments) stack.PushCopy(argument);
        return State.Call(arguments.Length, results, 0);
    }

    private bool MustStop() => Draft is { } draft ? draft.IsOverdue : Run?.Poll() == true;
}
