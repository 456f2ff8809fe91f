using ModularKv.Abstractions.Scripting;

namespace ModularKv.Scripting.Libraries;

/// <summary>A loaded library.</summary>
internal sealed class FunctionLibrary(string name, ScriptEngine engine, byte[] source)
{
    /// <summary>Its name; by case.</summary>
    public string Name => name;

    /// <summary>The engine that runs it.</summary>
    public ScriptEngine Engine => engine;

    /// <summary>Its text, shebang line included.</summary>
    public byte[] Source => source;

    /// <summary>Its functions, in the order in which they were registered.</summary>
    public List<ScriptFunction> Functions { get; } = [];

    /// <summary>Bytes for keeping it.</summary>
    public long MemoryBytes
    {
        get
        {
            long bytes = source.Length + (name.Length * 2) + 128;
            foreach (ScriptFunction function in Functions) bytes += 96 + function.Name.Length + (function.Description?.Length ?? 0);
            return bytes;
        }
    }

    /// <summary>Lets go of its code. The engine must be running.</summary>
    public void Dispose()
    {
        if (!engine.IsRunning) return;
        foreach (ScriptFunction function in Functions) function.Code.Dispose();
    }
}

/// <summary>A function of a library.</summary>
internal sealed record ScriptFunction(FunctionLibrary Library, byte[] Name, ScriptCode Code, ScriptFlags Flags, byte[]? Description);
