using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ModularKv.Abstractions.Memory;

/// <summary>The keyspace's hash: 64 bits, seeded with a 128-bit secret of this process.</summary>
/// <remarks>
/// wyhash's shape (one 64×64→128 multiplication per 16 bytes). Both operands of every multiplication are masked with a secret half: with
/// wyhash's public constants a client could choose a word that zeroes a product, and all such keys would share one bucket.
/// Values must never leave the process (SCAN cursors are bucket positions, not hashes): they would reveal the secret.
/// </remarks>
public static unsafe class KeyHash
{
    private static ulong s_secretA = RandomWord();
    private static ulong s_secretB = RandomWord();

    /// <summary>Replaces the secret, for reproducible tests. Every table filled before is unusable afterwards.</summary>
    internal static void SetSecret(ulong a, ulong b)
    {
        s_secretA = a;
        s_secretB = b;
    }

    /// <summary>Hashes a key. Borrowed for this call only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Compute(ReadOnlySpan<byte> key)
    {
        fixed (byte* p = &MemoryMarshal.GetReference(key)) return Compute(p, key.Length);
    }

    /// <summary>Hashes the <paramref name="length"/> bytes at <paramref name="key"/>; null is fine when that is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Compute(byte* key, int length)
    {
        ulong seed = s_secretA, secret = s_secretB;
        ulong a, b;
        if (length > 16)
        {
            int left = length;
            while (left > 16)
            {
                seed = Mix(*(ulong*)key ^ secret, *(ulong*)(key + 8) ^ seed);
                key += 16;
                left -= 16;
            }

            a = *(ulong*)(key + left - 16);
            b = *(ulong*)(key + left - 8);
        }
        else if (length >= 8)
        {
            a = *(ulong*)key;
            b = *(ulong*)(key + length - 8);
        }
        else if (length >= 4)
        {
            a = *(uint*)key;
            b = *(uint*)(key + length - 4);
        }
        else
        {
            a = length > 0 ? ((ulong)key[0] << 16) | ((ulong)key[length >> 1] << 8) | key[length - 1] : 0;
            b = 0;
        }

        return Mix(secret ^ (ulong)(uint)length, Mix(a ^ secret, b ^ seed));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }

    private static ulong RandomWord()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return MemoryMarshal.Read<ulong>(bytes);
    }
}
