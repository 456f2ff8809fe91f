using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.HyperLogLog.Memory;
using ModularKv.HyperLogLog.Registers;

namespace ModularKv.HyperLogLog.Commands;

/// <summary>PFDEBUG: a look at the representation, and changing it.</summary>
internal sealed class HllDebugCommand(HllKeys hlls, HllValue values)
{
    /// <summary>PFDEBUG GETREG|DECODE|ENCODING|TODENSE key. Source: redis.io/commands/pfdebug.</summary>
    public void Run(ref CommandContext call)
    {
        KeyRef key = call.Key(2);
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing)
        {
            call.Reply.Error("ERR The specified key does not exist"u8);
            return;
        }

        if (!hlls.Accepts(ref call, entry)) return;
        entry.SetEncoding((int)StringEncoding.Raw);
        if (call.ArgumentIs(1, "getreg"u8)) Registers(ref call, entry);
        else if (call.ArgumentIs(1, "decode"u8)) Decode(ref call, entry);
        else if (call.ArgumentIs(1, "encoding"u8)) call.Reply.Simple(HllLayout.IsDense(entry.Value) ? "dense"u8 : "sparse"u8);
        else if (call.ArgumentIs(1, "todense"u8)) ToDense(ref call, entry);
        else call.Reply.Error([.. "ERR Unknown PFDEBUG subcommand '"u8, .. Words.Shown(call.Argument(1)), .. "'"u8]);
    }

    private void Registers(ref CommandContext call, Entry entry)
    {
        EntryBytes value = new(call.Keys, entry);
        if (!TryMakeDense(ref call, ref value, out _)) return;
        call.Reply.Array(HllLayout.Registers);
        ReadOnlySpan<byte> registers = value.Bytes[HllLayout.HeaderBytes..];
        for (int i = 0; i < HllLayout.Registers; i++) call.Reply.Integer(DenseRegisters.Get(registers, i));
    }

    private void ToDense(ref CommandContext call, Entry entry)
    {
        EntryBytes value = new(call.Keys, entry);
        if (TryMakeDense(ref call, ref value, out bool converted)) call.Reply.Integer(converted ? 1 : 0);
    }

    // A conversion counts as a change, so that it is propagated; but nobody is told of it.
    private bool TryMakeDense(ref CommandContext call, scoped ref EntryBytes value, out bool converted)
    {
        converted = false;
        if (HllLayout.IsDense(value.Bytes)) return true;
        if (!values.TryMakeDense(ref value))
        {
            HllKeys.ReplyCorrupt(ref call);
            return false;
        }

        converted = true;
        call.CountDirty(1);
        return true;
    }

    private static void Decode(ref CommandContext call, Entry entry)
    {
        ReadOnlySpan<byte> value = entry.Value;
        if (HllLayout.IsDense(value))
        {
            call.Reply.Error("ERR HLL encoding is not sparse"u8);
            return;
        }

        StringBuilder text = new();
        ReadOnlySpan<byte> codes = value[HllLayout.HeaderBytes..];
        for (int at = 0; at < codes.Length;)
        {
            SparseCode code = new(codes, at);
            if (at > 0) text.Append(' ');
            if (code.Value > 0) text.Append(CultureInfo.InvariantCulture, $"v:{code.Value},{code.Run}");
            else text.Append(CultureInfo.InvariantCulture, $"{(code.Size == 1 ? 'z' : 'Z')}:{code.Run}");
            at += code.Size;
        }

        call.Reply.Bulk(Encoding.ASCII.GetBytes(text.ToString()));
    }
}
