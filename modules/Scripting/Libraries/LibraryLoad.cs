using System.Diagnostics;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;

namespace ModularKv.Scripting.Libraries;

/// <summary>A library while its text runs and registers functions. Source: functionLibCreateFunction.</summary>
/// <param name="library">Gets the functions.</param>
/// <param name="log">Takes what it logs.</param>
internal sealed class LibraryLoad(FunctionLibrary library, ILog log) : LibraryDraft
{
    /// <summary>Longest time that loading may take. Source: LOAD_TIMEOUT_MS.</summary>
    private const int TimeLimitMs = 500;

    private readonly long _endsAt = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 1000 * TimeLimitMs);

    /// <summary>What a name must be.</summary>
    public const string BadName
        = "Library names can only contain letters, numbers, or underscores(_) and must be at least one character long";

    /// <inheritdoc/>
    public override string Name => library.Name;

    /// <inheritdoc/>
    public override bool IsOverdue => Stopwatch.GetTimestamp() >= _endsAt;

    /// <inheritdoc/>
    public override string? Register(ReadOnlySpan<byte> name, ScriptCode code, ScriptFlags flags, byte[]? description)
    {
        if (!IsName(name)) return BadName;
        foreach (ScriptFunction known in library.Functions)
        {
            if (known.Name.AsSpan().SequenceEqual(name)) return "Function already exists in the library";
        }

        library.Functions.Add(new ScriptFunction(library, name.ToArray(), code, flags & ~ScriptFlags.Legacy, description));
        return null;
    }

    /// <inheritdoc/>
    public override void Log(LogLevel level, ReadOnlySpan<byte> text) => log.Write(level, Encoding.UTF8.GetString(text));

    /// <summary>Whether a library or a function may be called that.</summary>
    public static bool IsName(ReadOnlySpan<byte> name)
    {
        foreach (byte b in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b != '_') return false;
        }

        return !name.IsEmpty;
    }
}
