namespace ModularKv.HyperLogLog.Registers;

/// <summary>What setting a register came to.</summary>
internal enum RegisterChange
{
    /// <summary>It has that value or a higher one already.</summary>
    None,

    /// <summary>It was set.</summary>
    Done,

    /// <summary>Sparse codes cannot hold it, or have no room left: the registers must become dense.</summary>
    NeedsDense,

    /// <summary>The codes are no valid sparse representation.</summary>
    Corrupt,
}

/// <summary>Where to go on when registers are set in rising order; zero: at the start.</summary>
internal struct SparseCursor
{
    /// <summary>Place of an opcode.</summary>
    public int At;

    /// <summary>Its first register.</summary>
    public int First;
}

/// <summary>A piece of the codes and what takes its place.</summary>
internal struct SparseEdit
{
    /// <summary>Where it stands.</summary>
    public int At;

    /// <summary>Bytes of the opcode that goes; may reach one byte behind a cut-off end.</summary>
    public int OldSize;

    /// <summary>Bytes that come, the first in the lowest place.</summary>
    public ulong Codes;

    /// <summary>Number of bytes that come.</summary>
    public int NewSize;

    /// <summary>Where to start merging: the opcode before, if there is one.</summary>
    public int MergeFrom;

    /// <summary>By how much the codes grow.</summary>
    public readonly int Growth => NewSize - OldSize;
}

/// <summary>
/// Setting registers in sparse codes in place: exactly the splits and merges that Redis makes, in its order, because the bytes are
/// compared. Source: hllSparseSet.
/// </summary>
internal static class SparseRegisters
{
    /// <summary>Opcodes looked at for merging, from the one before the change on.</summary>
    private const int MergeScan = 5;

    /// <summary>Finds out what must change for a register to have a value.</summary>
    /// <param name="codes">The opcodes.</param>
    /// <param name="index">The register.</param>
    /// <param name="value">1 to <see cref="SparseCode.ValueMax"/>.</param>
    /// <param name="cursor">Where the search starts; moved to where the next one may start.</param>
    /// <param name="edit">What to change, when that is <see cref="RegisterChange.Done"/>.</param>
    public static RegisterChange Find(ReadOnlySpan<byte> codes, int index, int value, ref SparseCursor cursor, out SparseEdit edit)
    {
        edit = default;
        int at = cursor.At;
        int first = cursor.First;
        int previous = -1;
        int previousFirst = 0;
        SparseCode code = default;
        while (at < codes.Length)
        {
            code = new SparseCode(codes, at);
            if (index < first + code.Run) break;
            previous = at;
            previousFirst = first;
            at += code.Size;
            first += code.Run;
        }

        if (at >= codes.Length) return RegisterChange.Corrupt;
        if (previous < 0 && cursor.At > 0)
        {
            // What stands before the place where the search started is not known: search from the front.
            cursor = default;
            return Find(codes, index, value, ref cursor, out edit);
        }

        if (previous >= 0) cursor = new SparseCursor { At = previous, First = previousFirst };
        if (code.Value >= value) return RegisterChange.None;
        edit.At = at;
        edit.MergeFrom = Math.Max(previous, 0);
        Split(ref edit, code, index - first, value);
        return RegisterChange.Done;
    }

    /// <summary>An opcode in up to three: what is before the register, the register, what is behind it.</summary>
    private static void Split(ref SparseEdit edit, scoped in SparseCode code, int before, int value)
    {
        edit.OldSize = code.Size;
        Span<byte> sequence = stackalloc byte[sizeof(ulong)];
        sequence.Clear();
        int size = 0;
        int behind = code.Run - 1 - before;
        if (before > 0) size += Fill(sequence, code.Value, before);
        sequence[size++] = SparseCode.Val(value, 1);
        if (behind > 0) size += Fill(sequence[size..], code.Value, behind);
        edit.NewSize = size;
        edit.Codes = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(sequence);
    }

    private static int Fill(Span<byte> to, int value, int run)
    {
        if (value == 0) return SparseCode.WriteZeros(to, run);
        to[0] = SparseCode.Val(value, run);
        return 1;
    }

    /// <summary>Makes a change and merges what it made equal.</summary>
    /// <param name="codes">The opcodes, with room for <see cref="SparseEdit.Growth"/> behind them.</param>
    /// <param name="length">Length of the opcodes so far.</param>
    /// <param name="edit">From <see cref="Find"/>.</param>
    /// <returns>The new length.</returns>
    public static int Apply(Span<byte> codes, int length, scoped in SparseEdit edit)
    {
        int next = edit.At + edit.OldSize;
        if (edit.Growth != 0 && next < length) codes[next..length].CopyTo(codes[(next + edit.Growth)..]);
        length += edit.Growth;
        ulong sequence = edit.Codes;
        for (int at = edit.At; at < Math.Min(edit.At + edit.NewSize, length); at++, sequence >>= 8) codes[at] = (byte)sequence;
        return Merge(codes, length, edit.MergeFrom);
    }

    /// <summary>Joins neighbouring VAL opcodes of one value, as far as VAL reaches.</summary>
    private static int Merge(Span<byte> codes, int length, int at)
    {
        for (int scan = 0; scan < MergeScan && at < length; scan++)
        {
            SparseCode code = new(codes[..length], at);
            if (code.Value > 0 && at + 1 < length)
            {
                SparseCode next = new(codes[..length], at + 1);
                int run = code.Run + next.Run;
                if (next.Value == code.Value && run <= SparseCode.ValueRunMax)
                {
                    codes[(at + 1)..length].CopyTo(codes[at..]);
                    codes[at] = SparseCode.Val(code.Value, run);
                    length--;
                    continue;
                }
            }

            at += code.Size;
        }

        return length;
    }

    /// <summary>Raises the registers of <paramref name="raw"/>, one byte each, to what the codes hold.</summary>
    /// <returns>False: the codes are corrupt; registers may have been raised before that was seen.</returns>
    public static bool TryMaximum(ReadOnlySpan<byte> codes, Span<byte> raw)
    {
        int index = 0;
        for (int at = 0; at < codes.Length && index <= raw.Length;)
        {
            SparseCode code = new(codes, at);
            at += code.Size;
            if (code.Value > 0)
            {
                if (index + code.Run > raw.Length) return false;
                foreach (ref byte register in raw.Slice(index, code.Run)) register = Math.Max(register, (byte)code.Value);
            }

            index += code.Run;
        }

        return index == raw.Length;
    }

    /// <summary>Counts the registers by value.</summary>
    /// <returns>False: the codes are corrupt.</returns>
    public static bool TryHistogram(ReadOnlySpan<byte> codes, Span<int> histogram)
    {
        int index = 0;
        for (int at = 0; at < codes.Length && index <= HllLayout.Registers;)
        {
            SparseCode code = new(codes, at);
            at += code.Size;
            histogram[code.Value] += code.Run;
            index += code.Run;
        }

        return index == HllLayout.Registers;
    }
}
