using ModularKv.Abstractions;

namespace ModularKv.Bitmaps.Commands;

/// <summary>One bit: SETBIT, GETBIT. Bit 0 is the highest of the first byte.</summary>
internal sealed class BitCommands(StringKeys strings)
{
    /// <summary>SETBIT key offset value. Source: redis.io/commands/setbit.</summary>
    public void Set(ref CommandContext call)
    {
        if (!strings.TryOffset(ref call, 2, width: 0, out long offset)) return;
        if (!NumberText.TryParse(call.Argument(3), out long bit) || bit is not (0 or 1))
        {
            call.Reply.Error("ERR bit is not an integer or out of range"u8);
            return;
        }

        KeyRef key = call.Key(1);
        if (!strings.TryOpen(ref call, key, offset, out Entry entry, out bool grown)) return;
        ref byte place = ref entry.WritableValue[(int)(offset >> 3)];
        int shift = 7 - (int)(offset & 7);
        int before = (place >> shift) & 1;
        if (grown || before != bit)
        {
            place = (byte)((place & ~(1 << shift)) | ((int)bit << shift));
            call.Changed(key, KeyEventClass.String, "setbit"u8);
        }

        call.Reply.Integer(before);
    }

    /// <summary>GETBIT key offset. Beyond the end all bits are 0. Source: redis.io/commands/getbit.</summary>
    public void Get(ref CommandContext call)
    {
        if (!strings.TryOffset(ref call, 2, width: 0, out long offset)) return;
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            call.Reply.Integer(0);
            return;
        }

        if (!entry.Is(strings.Type))
        {
            call.Reply.WrongType();
            return;
        }

        ReadOnlySpan<byte> value = entry.Value;
        long at = offset >> 3;
        call.Reply.Integer(at < value.Length ? (value[(int)at] >> (7 - (int)(offset & 7))) & 1 : 0);
    }
}
