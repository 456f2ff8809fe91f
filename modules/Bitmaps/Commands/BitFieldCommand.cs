using ModularKv.Abstractions;
using ModularKv.Bitmaps.Fields;

namespace ModularKv.Bitmaps.Commands;

/// <summary>BITFIELD, BITFIELD_RO: integers of any width inside a string.</summary>
/// <remarks>
/// The arguments are read twice: once to check them all and to find the highest bit written, then to run them. So a call needs no list
/// of its steps.
/// </remarks>
internal sealed class BitFieldCommand(StringKeys strings)
{
    private enum Action
    {
        Get,
        Set,
        Increase,
    }

    /// <summary>
    /// BITFIELD key [GET type offset | [OVERFLOW how] SET|INCRBY type offset value] ... Source: redis.io/commands/bitfield.
    /// </summary>
    public void Run(ref CommandContext call) => Run(ref call, mayWrite: true);

    /// <summary>BITFIELD_RO key [GET type offset] ... Source: redis.io/commands/bitfield_ro.</summary>
    public void RunReadOnly(ref CommandContext call) => Run(ref call, mayWrite: false);

    /// <summary>The key of BITFIELD, which is only read where there is nothing but GET. Source: bitfieldGetKeys.</summary>
    public static bool FindKeys(ArgumentList arguments, KeyPositions keys)
    {
        bool reads = true;
        for (int i = 2; i < arguments.Count && reads; i++)
        {
            int left = arguments.Count - i - 1;
            if (arguments.Is(i, "get"u8) && left >= 2) i += 2;
            else if (arguments.Is(i, "overflow"u8) && left >= 1) i++;
            else reads = false;
        }

        keys.Add(1, reads ? KeyFlags.RO | KeyFlags.Access : KeyFlags.RW | KeyFlags.Access | KeyFlags.Update);
        return true;
    }

    private void Run(ref CommandContext call, bool mayWrite)
    {
        if (!TryCheck(ref call, out int steps, out long lastBit)) return;
        KeyRef key = call.Key(1);
        bool writes = lastBit >= 0;
        bool grown = false;
        Entry entry;
        if (!writes)
        {
            entry = call.Keys.Find(key);
            if (!entry.IsMissing && !entry.Is(strings.Type))
            {
                call.Reply.WrongType();
                return;
            }
        }
        else if (!mayWrite)
        {
            call.Reply.Error("ERR BITFIELD_RO only supports the GET subcommand"u8);
            return;
        }
        else if (!strings.TryOpen(ref call, key, lastBit, out entry, out grown))
        {
            return;
        }

        call.Reply.Array(steps);
        int changes = Run(ref call, entry, grown);
        if (changes > 0) call.Changed(key, KeyEventClass.String, "setbit"u8, changes);
    }

    /// <summary>Checks all steps, in Redis's order.</summary>
    /// <param name="call">The call; the error is replied.</param>
    /// <param name="steps">Number of steps that reply something.</param>
    /// <param name="lastBit">Highest bit written; -1: none.</param>
    private bool TryCheck(ref CommandContext call, out int steps, out long lastBit)
    {
        steps = 0;
        lastBit = -1;
        FieldOverflow overflow = FieldOverflow.Wrap;
        for (int i = 2; i < call.ArgumentCount;)
        {
            if (IsOverflow(ref call, i))
            {
                if (!TryOverflow(ref call, i + 1, ref overflow)) return false;
                i += 2;
                continue;
            }

            if (!TryAction(ref call, i, out Action action))
            {
                call.Reply.SyntaxError();
                return false;
            }

            if (!TryField(ref call, i + 1, out BitField field)) return false;
            if (action != Action.Get)
            {
                lastBit = Math.Max(lastBit, field.LastBit);
                if (!NumberText.TryParse(call.Argument(i + 3), out _))
                {
                    call.Reply.NotAnInteger();
                    return false;
                }
            }

            steps++;
            i += action == Action.Get ? 3 : 4;
        }

        return true;
    }

    /// <summary>Runs the steps, which are checked.</summary>
    /// <returns>Number of changes.</returns>
    private int Run(ref CommandContext call, Entry entry, bool grown)
    {
        int changes = 0;
        FieldOverflow overflow = FieldOverflow.Wrap;
        for (int i = 2; i < call.ArgumentCount;)
        {
            if (IsOverflow(ref call, i))
            {
                TryOverflow(ref call, i + 1, ref overflow);
                i += 2;
                continue;
            }

            TryAction(ref call, i, out Action action);
            TryField(ref call, i + 1, out BitField field);
            long before = field.Read(entry.IsMissing ? default : entry.Value);
            if (action == Action.Get)
            {
                call.Reply.Integer(before);
                i += 3;
                continue;
            }

            NumberText.TryParse(call.Argument(i + 3), out long number);
            bool adds = action == Action.Increase;
            if (FieldArithmetic.TryAdd(field, adds ? before : number, adds ? number : 0, overflow, out long after))
            {
                call.Reply.Integer(adds ? after : before);
                field.Write(entry.WritableValue, after);

                // A string that grew counts as a change of each field.
                if (grown || before != after) changes++;
            }
            else
            {
                call.Reply.Null();
            }

            i += 4;
        }

        return changes;
    }

    private static bool IsOverflow(ref CommandContext call, int index) =>
        call.ArgumentIs(index, "overflow"u8) && index + 1 < call.ArgumentCount;

    private static bool TryOverflow(ref CommandContext call, int index, ref FieldOverflow overflow)
    {
        if (call.ArgumentIs(index, "wrap"u8)) overflow = FieldOverflow.Wrap;
        else if (call.ArgumentIs(index, "sat"u8)) overflow = FieldOverflow.Saturate;
        else if (call.ArgumentIs(index, "fail"u8)) overflow = FieldOverflow.Fail;
        else
        {
            call.Reply.Error("ERR Invalid OVERFLOW type specified"u8);
            return false;
        }

        return true;
    }

    private static bool TryAction(ref CommandContext call, int index, out Action action)
    {
        int left = call.ArgumentCount - index - 1;
        action = Action.Get;
        if (call.ArgumentIs(index, "get"u8)) return left >= 2;
        action = Action.Set;
        if (call.ArgumentIs(index, "set"u8)) return left >= 3;
        action = Action.Increase;
        return call.ArgumentIs(index, "incrby"u8) && left >= 3;
    }

    /// <summary>Reads a type such as i16 or u8, and the offset behind it.</summary>
    private bool TryField(ref CommandContext call, int index, out BitField field)
    {
        field = default;

        // Redis reads the width as a C string: what follows a zero byte does not count.
        ReadOnlySpan<byte> type = Words.Shown(call.Argument(index));
        bool isSigned = type is [(byte)'i', ..];
        if ((!isSigned && type is not [(byte)'u', ..]) || !NumberText.TryParse(type[1..], out long width)
            || width < 1 || width > (isSigned ? 64 : 63))
        {
            call.Reply.Error(
                "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is."u8);
            return false;
        }

        if (!strings.TryOffset(ref call, index + 1, (int)width, out long offset)) return false;
        field = new BitField((int)width, isSigned, offset);
        return true;
    }
}
