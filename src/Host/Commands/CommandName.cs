using System.Runtime.CompilerServices;

namespace ModularKv.Host.Commands;

/// <summary>The part of a name by which it is found.</summary>
internal static class CommandName
{
    /// <summary>First eight bytes folded to lower case, mixed with the length. Never 0 for a name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Key(ReadOnlySpan<byte> name)
    {
        ulong key = 0;
        int length = Math.Min(name.Length, 8);
        for (int i = 0; i < length; i++) key |= (ulong)(name[i] | 0x20) << (8 * i);
        return key;
    }
}
