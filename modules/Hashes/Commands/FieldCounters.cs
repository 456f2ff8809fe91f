using ModularKv.Abstractions;
using ModularKv.Hashes.Encodings;

namespace ModularKv.Hashes.Commands;

/// <summary>Numbers in fields: HINCRBY, HINCRBYFLOAT. The field keeps its time to live.</summary>
internal sealed class FieldCounters(HashType type)
{
    private readonly byte[] _text = new byte[ExtendedDouble.FormatBytesMax];

    /// <summary>HINCRBY key field increment. Source: redis.io/commands/hincrby.</summary>
    public void Increment(ref CommandContext call)
    {
        if (!NumberText.TryParse(call.Argument(3), out long increment))
        {
            call.Reply.NotAnInteger();
            return;
        }

        KeyRef key = call.Key(1);
        if (!TryOpen(ref call, key, out HashField value)) return;
        long number = 0;
        if (!value.IsMissing && !value.TryInteger(out number))
        {
            call.Reply.Error("ERR hash value is not an integer"u8);
            return;
        }

        long sum = unchecked(number + increment);

        // Overflow: both operands have the sign that the sum has not.
        if (((number ^ sum) & (increment ^ sum)) < 0)
        {
            call.Reply.Error("ERR increment or decrement would overflow"u8);
            return;
        }

        Span<byte> text = stackalloc byte[NumberText.IntegerBytesMax];
        Store(ref call, key, text[..NumberText.Write(text, sum)]);
        call.Changed(key, KeyEventClass.Hash, "hincrby"u8);
        call.Reply.Integer(sum);
    }

    /// <summary>HINCRBYFLOAT key field increment. Source: redis.io/commands/hincrbyfloat.</summary>
    public void IncrementByFloat(ref CommandContext call)
    {
        if (!ExtendedDouble.TryParse(call.Argument(3), out ExtendedDouble increment))
        {
            call.Reply.NotAFloat();
            return;
        }

        if (!increment.IsFinite)
        {
            call.Reply.Error("ERR value is NaN or Infinity"u8);
            return;
        }

        KeyRef key = call.Key(1);
        if (!TryOpen(ref call, key, out HashField value)) return;
        ExtendedDouble number = default;
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        if (!value.IsMissing && !ExtendedDouble.TryParse(value.Text(scratch), out number))
        {
            call.Reply.Error("ERR hash value is not a float"u8);
            return;
        }

        if (!ExtendedDouble.TryAdd(number, increment, out ExtendedDouble sum) || !sum.IsFinite)
        {
            call.Reply.Error("ERR increment would produce NaN or Infinity"u8);
            return;
        }

        bool expires = value.ExpireAtMs != 0;
        ReadOnlySpan<byte> text = _text.AsSpan(0, sum.Format(_text));
        Store(ref call, key, text);
        call.Changed(key, KeyEventClass.Hash, "hincrbyfloat"u8);
        call.Reply.Bulk(text);
        Propagate(ref call, key, text, expires);
    }

    /// <summary>The result instead of the sum: another server may round differently.</summary>
    private static void Propagate(ref CommandContext call, scoped in KeyRef key, ReadOnlySpan<byte> text, bool expires)
    {
        if (!call.Server.Propagation.Active) return;
        if (expires)
        {
            call.PropagateAs().Add("HSETEX"u8).Add(key.Bytes).Add("KEEPTTL"u8).Add("FIELDS"u8).Add(1)
                .Add(call.Argument(2)).Add(text).Send();
        }
        else
        {
            call.PropagateAs().Add("HSET"u8).Add(key.Bytes).Add(call.Argument(2)).Add(text).Send();
        }
    }

    /// <summary>The field's value; missing too where it has expired. False: the key holds another type, and that was replied.</summary>
    private bool TryOpen(ref CommandContext call, scoped in KeyRef key, out HashField value)
    {
        value = default;
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing) return true;
        if (!entry.Is(type))
        {
            call.Reply.WrongType();
            return false;
        }

        HashField found = HashReader.Find(entry, call.Argument(2));
        if (!found.IsMissing && !(found.ExpireAtMs != 0 && type.Expiry.HasExpired(ref call, key, found, call.Argument(2)))) value = found;
        return true;
    }

    private void Store(ref CommandContext call, scoped in KeyRef key, scoped ReadOnlySpan<byte> text)
    {
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing) entry = type.Writer.Create(call.Keys, key);
        type.Writer.Set(call.Keys, ref entry, call.Argument(2), text, keepExpiry: true);
    }
}
