using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.Scripting.Engines;

namespace ModularKv.Scripting.Libraries;

/// <summary>Libraries by name and all their functions by name, the latter without regard to case.</summary>
internal sealed class LibrarySet
{
    private readonly SortedDictionary<string, FunctionLibrary> _libraries = new(StringComparer.Ordinal);
    private readonly Dictionary<byte[], ScriptFunction> _functions = new(FunctionNames.Instance);
    private readonly Dictionary<byte[], ScriptFunction>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public LibrarySet() => _lookup = _functions.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>All libraries, by name.</summary>
    public IReadOnlyCollection<FunctionLibrary> All => _libraries.Values;

    /// <summary>Number of functions.</summary>
    public int FunctionCount => _functions.Count;

    /// <summary>Bytes for keeping them.</summary>
    public long MemoryBytes => _libraries.Values.Sum(library => library.MemoryBytes);

    /// <summary>The function of that name, any case. Null: there is none.</summary>
    public ScriptFunction? Find(ReadOnlySpan<byte> name)
        => _lookup.TryGetValue(name, out ScriptFunction? function) && function.Library.Engine.IsRunning ? function : null;

    /// <summary>The library of that name, by case. Null: there is none.</summary>
    public FunctionLibrary? FindLibrary(string name) => _libraries.GetValueOrDefault(name);

    /// <summary>Adds a library whose names are free: see <see cref="Collision"/>.</summary>
    public void Add(FunctionLibrary library)
    {
        _libraries.Add(library.Name, library);
        foreach (ScriptFunction function in library.Functions) _functions.Add(function.Name, function);
    }

    /// <summary>Takes a library out, without letting go of its code.</summary>
    public void Remove(FunctionLibrary library)
    {
        _libraries.Remove(library.Name);
        foreach (ScriptFunction function in library.Functions) _functions.Remove(function.Name);
    }

    /// <summary>
    /// The first of the library's functions whose name is taken, or by which the library's own names collide; null: none.
    /// </summary>
    public byte[]? Collision(FunctionLibrary library)
    {
        var own = new HashSet<byte[]>(FunctionNames.Instance);
        foreach (ScriptFunction function in library.Functions)
        {
            if (_functions.ContainsKey(function.Name) || !own.Add(function.Name)) return function.Name;
        }

        return null;
    }

    /// <summary>Forgets all, without letting go of their code.</summary>
    public void Clear()
    {
        _libraries.Clear();
        _functions.Clear();
    }
}

/// <summary>Loads libraries and keeps the present ones. Source: functions.c.</summary>
internal sealed class FunctionLibraries(EngineRegistry engines) : IFunctionLibraries
{
    /// <summary>The present ones.</summary>
    public LibrarySet Present { get; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Sources => [.. Present.All.Select(library => library.Source)];

    /// <inheritdoc/>
    public string? Load(ReadOnlySpan<byte> source, bool replace)
        => Load(source, replace, Present, out byte[]? error) is null ? Encoding.Latin1.GetString(error!) : null;

    /// <summary>Loads a library into a set.</summary>
    /// <param name="source">Its text, shebang line included.</param>
    /// <param name="replace">Whether one of the same name goes.</param>
    /// <param name="into">Where to; unchanged when it fails.</param>
    /// <param name="error">Why it failed, without a code.</param>
    public FunctionLibrary? Load(ReadOnlySpan<byte> source, bool replace, LibrarySet into, out byte[]? error)
    {
        error = LibraryHeader.Parse(source, out LibraryHeader header);
        if (error is not null) return null;
        if (!LibraryLoad.IsName(header.Name))
        {
            error = Encoding.ASCII.GetBytes(LibraryLoad.BadName);
            return null;
        }

        if (engines.Find(header.Engine) is not { } engine)
        {
            error = [.. "Engine '"u8, .. header.Engine, .. "' not found"u8];
            return null;
        }

        string name = Encoding.ASCII.GetString(header.Name);
        FunctionLibrary? old = into.FindLibrary(name);
        if (old is not null && !replace)
        {
            error = [.. "Library '"u8, .. header.Name, .. "' already exists"u8];
            return null;
        }

        var library = new FunctionLibrary(name, engine, source.ToArray());
        error = Fill(library, source[header.BodyStart..]);
        if (old is not null) into.Remove(old);
        if (error is null && into.Collision(library) is { } taken) error = [.. "Function "u8, .. taken, .. " already exists"u8];
        if (error is null)
        {
            old?.Dispose();
            into.Add(library);
            return library;
        }

        if (old is not null) into.Add(old);
        library.Dispose();
        return null;
    }

    private byte[]? Fill(FunctionLibrary library, ReadOnlySpan<byte> body)
    {
        var draft = new LibraryLoad(library, engines.Log);
        if (!library.Engine.Load(body, draft, out byte[]? error)) return error ?? "unknown reason"u8.ToArray();
        return library.Functions.Count == 0 ? "No functions registered"u8.ToArray() : null;
    }

    /// <summary>Takes over all libraries of another set, or none.</summary>
    /// <param name="loaded">Empty afterwards, when it worked.</param>
    /// <param name="replace">Whether libraries of the same names go.</param>
    /// <returns>Null, or why not, without a code.</returns>
    public byte[]? Join(LibrarySet loaded, bool replace)
    {
        var replaced = new List<FunctionLibrary>();
        foreach (FunctionLibrary library in loaded.All)
        {
            if (Present.FindLibrary(library.Name) is { } old) replaced.Add(old);
        }

        if (replaced.Count > 0 && !replace) return [.. "Library "u8, .. Encoding.ASCII.GetBytes(replaced[0].Name), .. " already exists"u8];
        foreach (FunctionLibrary old in replaced) Present.Remove(old);
        foreach (FunctionLibrary library in loaded.All)
        {
            if (Present.Collision(library) is not { } taken) continue;
            foreach (FunctionLibrary old in replaced) Present.Add(old);
            return [.. "Function "u8, .. taken, .. " already exists"u8];
        }

        foreach (FunctionLibrary old in replaced) old.Dispose();
        foreach (FunctionLibrary library in loaded.All) Present.Add(library);
        loaded.Clear();
        return null;
    }

    /// <summary>Removes a library.</summary>
    public void Delete(FunctionLibrary library)
    {
        Present.Remove(library);
        library.Dispose();
    }

    /// <inheritdoc/>
    public void Clear() => Clear(false);

    /// <summary>Removes all of them, with the engines' state for functions.</summary>
    public void Clear(bool inBackground)
    {
        Present.Clear();
        foreach (ScriptEngine engine in engines.All) engine.ResetFunctions(inBackground);
    }

    /// <summary>Lets go of the libraries one by one, when the module stops.</summary>
    public void Dispose() => DisposeAll(Present);

    /// <summary>Lets go of a set's libraries.</summary>
    public static void DisposeAll(LibrarySet set)
    {
        foreach (FunctionLibrary library in set.All) library.Dispose();
        set.Clear();
    }
}
