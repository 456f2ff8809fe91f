using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>The block sizes: every 8 bytes to 512, 8 steps per doubling to 8 KB, then the 7th to the 4th of a 64 KB page.</summary>
/// <remarks>
/// Above 8 KB an eighth of a doubling would leave up to 19 % of a page unused; sizes that divide the page give the same bytes to the block.
/// </remarks>
internal static unsafe class SizeClasses
{
    /// <summary>Up to here a size class is plain arithmetic.</summary>
    public const int FineLimit = 512;

    /// <summary>The largest slot; longer blocks come from the C library.</summary>
    public const int SlotLimit = 16384;

    /// <summary>Bytes of a page, the unit that a class takes from the pool.</summary>
    public const int PageBytes = 65536;

    public const int PageShift = 16;

    public const int Count = FineClasses + CoarseClasses + 4;

    private const int FineClasses = FineLimit / 8 + 1;
    private const int CoarseClasses = 32;
    private const int StepShift = 6;

    // All coarse sizes are multiples of 64, so a table by 64-byte steps is exact.
    private static readonly int* Sizes = (int*)NativeMemory.AllocZeroed(Count, sizeof(int));
    private static readonly byte* ClassBySteps = (byte*)NativeMemory.AllocZeroed(SlotLimit >> StepShift);

    static SizeClasses()
    {
        Sizes[0] = 8;
        for (int i = 1; i < FineClasses; i++) Sizes[i] = i * 8;
        for (int i = 0; i < CoarseClasses; i++)
        {
            int doubling = FineLimit << (i >> 3);
            Sizes[FineClasses + i] = doubling + doubling / 8 * ((i & 7) + 1);
        }

        int next = FineClasses + CoarseClasses;
        for (int perPage = 7; perPage >= 4; perPage--) Sizes[next++] = PageBytes / perPage >> StepShift << StepShift;

        int sizeClass = 0;
        for (int step = 0; step < SlotLimit >> StepShift; step++)
        {
            while (Sizes[sizeClass] < (step + 1) << StepShift) sizeClass++;
            ClassBySteps[step] = (byte)sizeClass;
        }
    }

    /// <summary>The class of a size from 0 to <see cref="SlotLimit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ClassOf(int size) => size <= FineLimit ? (size + 7) >> 3 : ClassBySteps[(size - 1) >> StepShift];

    /// <summary>Bytes of a slot of the class.</summary>
    public static int SlotSize(int sizeClass) => Sizes[sizeClass];

    /// <summary>Bytes that a block of the size really has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int UsableSize(int size) => (uint)size <= FineLimit ? (Math.Max(size, 1) + 7) & ~7 : UsableSizeAbove(size);

    /// <summary>Bytes that a block of the size really has, for blocks of any length.</summary>
    public static long UsableSize(long size) =>
        (ulong)size <= SlotLimit ? UsableSize((int)size) : size < 0 || size > long.MaxValue - 15 ? Refuse(size) : (size + 15) & ~15L;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int UsableSizeAbove(int size) =>
        (uint)size <= SlotLimit ? Sizes[ClassBySteps[(size - 1) >> StepShift]] : (int)Math.Min(int.MaxValue, UsableSize((long)size));

    private static long Refuse(long size)
    {
        Invariant.Fail($"A block of {size} bytes was asked for.");
        return 0;
    }
}
