namespace ModularKv.Abstractions.Scripting;

/// <summary>
/// A language for scripts. Its module offers it with <see cref="IModuleRegistry.Provide{T}"/> under this type; several may serve, by
/// name. Everything is called on the loop thread, and nothing but <see cref="LibraryDraft.Register"/> and the members of
/// <see cref="ScriptRun"/> may call back. No member may throw: what goes wrong in a script is an error text.
/// </summary>
/// <remarks>
/// Scripts of EVAL and functions of libraries live in two states that see nothing of each other. A source is always handed over from the
/// line end of its <c>#!</c> line on (where it has one), so that lines count as its author counts them.
/// Not yet stable, as all of this namespace.
/// </remarks>
public abstract class ScriptEngine
{
    /// <summary>Its name behind <c>#!</c>, in lower case: "lua", "js".</summary>
    public abstract string Name { get; }

    /// <summary>What FUNCTION and error texts call it: "LUA".</summary>
    public virtual string DisplayName => Name.ToUpperInvariant();

    /// <summary>
    /// Whether it serves: false once its module stopped. What it made is not run any more then, and was disposed by the engine itself.
    /// </summary>
    public abstract bool IsRunning { get; }

    /// <summary>Takes over limits; called before anything else and whenever they change.</summary>
    public abstract void Configure(in ScriptLimits limits);

    /// <summary>Compiles a script for EVAL.</summary>
    /// <param name="source">Its text. Borrowed.</param>
    /// <param name="digest">The 40 hexadecimal digits under which it is cached. Borrowed.</param>
    /// <param name="error">
    /// Why it does not compile: the compiler's text alone, e.g. <c>user_script:1: unexpected symbol near '1'</c>; the caller puts
    /// <c>ERR Error compiling script (new function): </c> in front. Null where it did.
    /// </param>
    /// <returns>The script, or null.</returns>
    public abstract ScriptCode? Compile(ReadOnlySpan<byte> source, ReadOnlySpan<byte> digest, out byte[]? error);

    /// <summary>
    /// Runs a library's text, which registers its functions at <paramref name="library"/>. It must not call commands, and ends when
    /// <see cref="LibraryDraft.IsOverdue"/>.
    /// </summary>
    /// <param name="source">Its text. Borrowed.</param>
    /// <param name="library">Where to register.</param>
    /// <param name="error">
    /// Why it was not loaded: all of the text behind <c>ERR </c>, e.g. <c>Error compiling function: @user_function: 1: …</c>,
    /// <c>Error registering functions: …</c>, <c>FUNCTION LOAD timeout</c>. What had been registered is disposed by the caller then.
    /// </param>
    /// <returns>Whether it was loaded.</returns>
    public abstract bool Load(ReadOnlySpan<byte> source, LibraryDraft library, out byte[]? error);

    /// <summary>
    /// SCRIPT FLUSH: a new state for scripts. All code of <see cref="Compile"/> is gone, without being disposed one by one.
    /// </summary>
    /// <param name="inBackground">Whether the old state is freed on another thread.</param>
    public abstract void ResetScripts(bool inBackground);

    /// <summary>FUNCTION FLUSH: a new state for functions, likewise.</summary>
    /// <param name="inBackground">Whether the old state is freed on another thread.</param>
    public abstract void ResetFunctions(bool inBackground);

    /// <summary>Bytes that the state for scripts takes: INFO's used_memory_vm_eval.</summary>
    public abstract long ScriptBytes { get; }

    /// <summary>Bytes that the state for functions takes: INFO's used_memory_vm_functions.</summary>
    public abstract long FunctionBytes { get; }
}

/// <summary>Something that an engine compiled: a script, or a function of a library.</summary>
public abstract class ScriptCode : IDisposable
{
    /// <summary>
    /// Runs it. Every way out writes exactly one reply: to <see cref="ScriptRun.Reply"/>, or by one of the methods
    /// <see cref="ScriptRun.Fail(ReadOnlySpan{byte})"/> and <see cref="ScriptRun.Error"/>. Must not throw.
    /// </summary>
    /// <param name="run">Keys, arguments and what it may ask of the server. The same object each time: not to be kept.</param>
    public abstract void Invoke(ScriptRun run);

    /// <summary>Forgets it. Not called after a reset of the engine's state.</summary>
    public abstract void Dispose();
}

/// <summary>Limits that the operator set.</summary>
/// <param name="BytesMax">Memory that a state may take, bytes (lua-memory-limit); 0: no limit.</param>
/// <param name="BusyAfterMs">Milliseconds after which a script is to poll (busy-reply-threshold); 0 or less: never.</param>
public readonly record struct ScriptLimits(long BytesMax, long BusyAfterMs);

/// <summary>Collects the functions that a library registers while it is loaded.</summary>
public abstract class LibraryDraft
{
    /// <summary>The library's name.</summary>
    public abstract string Name { get; }

    /// <summary>Registers a function.</summary>
    /// <param name="name">Its name. Borrowed.</param>
    /// <param name="code">What runs; disposed with the library.</param>
    /// <param name="flags">See <see cref="ScriptFlagNames"/>.</param>
    /// <param name="description">For FUNCTION LIST, or null.</param>
    /// <returns>Null, or why not (bad name, registered twice), without a code; <paramref name="code"/> stays with the engine
    /// then.</returns>
    public abstract string? Register(ReadOnlySpan<byte> name, ScriptCode code, ScriptFlags flags, byte[]? description);

    /// <summary>Writes a line into the server's log: redis.log.</summary>
    /// <param name="level">Its level.</param>
    /// <param name="text">The line. Borrowed.</param>
    public abstract void Log(LogLevel level, ReadOnlySpan<byte> text);

    /// <summary>
    /// Whether loading takes too long: fail with <c>FUNCTION LOAD timeout</c>. Cheap; ask it some hundred times a second.
    /// </summary>
    public abstract bool IsOverdue { get; }
}

/// <summary>What a script states of itself.</summary>
[Flags]
public enum ScriptFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>no-writes: it does not write, so that it may run where writes may not.</summary>
    NoWrites = 1,

    /// <summary>allow-oom: it runs though memory is above maxmemory.</summary>
    AllowOom = 2,

    /// <summary>allow-stale: it runs on a replica that has lost its master.</summary>
    AllowStale = 4,

    /// <summary>no-cluster: it does not run in a cluster.</summary>
    NoCluster = 8,

    /// <summary>allow-cross-slot-keys: it may reach keys of several slots.</summary>
    AllowCrossSlotKeys = 16,

    /// <summary>A script of EVAL without a <c>#!</c> line: the checks are those of its commands. Never stated.</summary>
    Legacy = 32,
}

/// <summary>The flags' names, as scripts write them.</summary>
public static class ScriptFlagNames
{
    private static readonly (string Name, ScriptFlags Flag)[] s_all =
    [
        ("no-writes", ScriptFlags.NoWrites),
        ("allow-oom", ScriptFlags.AllowOom),
        ("allow-stale", ScriptFlags.AllowStale),
        ("no-cluster", ScriptFlags.NoCluster),
        ("allow-cross-slot-keys", ScriptFlags.AllowCrossSlotKeys),
    ];

    /// <summary>All names with their flags, in the order in which FUNCTION LIST shows them.</summary>
    public static IReadOnlyList<(string Name, ScriptFlags Flag)> All => s_all;

    /// <summary>The flag of that name; exact case.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out ScriptFlags flag)
    {
        foreach ((string known, ScriptFlags value) in s_all)
        {
            if (!System.Text.Ascii.Equals(name, known)) continue;
            flag = value;
            return true;
        }

        flag = ScriptFlags.None;
        return false;
    }
}
