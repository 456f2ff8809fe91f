using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ModularKv.Abstractions;

/// <summary>A promise inside the server that did not hold: always a bug, never a client's or the world's fault.</summary>
public sealed class InvariantException(string message) : Exception(message)
{
    /// <summary>Whether the kernel itself is broken: the process ends with a report. Otherwise it is the running module's fault.</summary>
    internal bool IsKernel { get; init; }
}

/// <summary>Checks that stay on in Release.</summary>
/// <remarks>The host treats a failure in the kernel as fatal and one in a module as that module's fault.</remarks>
public static class Invariant
{
    /// <summary>Throws <see cref="InvariantException"/> when <paramref name="holds"/> is false.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check([DoesNotReturnIf(false)] bool holds, string broken)
    {
        if (!holds) Fail(broken);
    }

    /// <summary>Throws <see cref="InvariantException"/>.</summary>
    [DoesNotReturn, MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fail(string broken) => throw new InvariantException(broken);
}
