using ModularKv.Abstractions;

namespace ModularKv.Strings.Commands;

/// <summary>Numbers in strings: INCR, DECR, INCRBY, DECRBY, INCRBYFLOAT.</summary>
internal sealed class CounterCommands(StringStore store)
{
    /// <summary>Longest decimal form of a 64-bit integer, as <see cref="NumberText.Write(Span{byte}, long)"/> asks for it.</summary>
    private const int IntegerBytesMax = 20;

    /// <summary>INCR key. Source: redis.io/commands/incr.</summary>
    public void Increment(ref CommandContext call) => Add(ref call, 1);

    /// <summary>DECR key. Source: redis.io/commands/decr.</summary>
    public void Decrement(ref CommandContext call) => Add(ref call, -1);

    /// <summary>INCRBY key increment. Source: redis.io/commands/incrby.</summary>
    public void IncrementBy(ref CommandContext call)
    {
        if (NumberText.TryParse(call.Argument(2), out long increment)) Add(ref call, increment);
        else call.Reply.NotAnInteger();
    }

    /// <summary>DECRBY key decrement. Source: redis.io/commands/decrby.</summary>
    public void DecrementBy(ref CommandContext call)
    {
        if (!NumberText.TryParse(call.Argument(2), out long decrement)) call.Reply.NotAnInteger();
        else if (decrement == long.MinValue) call.Reply.Error("ERR decrement would overflow"u8);
        else Add(ref call, -decrement);
    }

    private void Add(ref CommandContext call, long increment)
    {
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        long number = 0;
        if (!entry.IsMissing)
        {
            if (!entry.Is(store.Type))
            {
                call.Reply.WrongType();
                return;
            }

            if (!StringType.TryInteger(entry, out number))
            {
                call.Reply.NotAnInteger();
                return;
            }
        }

        long sum = unchecked(number + increment);

        // Overflow: both operands have the sign that the sum has not.
        if (((number ^ sum) & (increment ^ sum)) < 0)
        {
            call.Reply.Error("ERR increment or decrement would overflow"u8);
            return;
        }

        Span<byte> text = stackalloc byte[IntegerBytesMax];
        text = text[..NumberText.Write(text, sum)];
        if (entry.IsMissing) store.Store(call.Keys, key, text);
        else StringStore.Overwrite(call.Keys, entry, text, StringEncoding.Int);
        call.Changed(key, KeyEventClass.String, "incrby"u8);
        call.Reply.Integer(sum);
    }

    /// <summary>INCRBYFLOAT key increment. Source: redis.io/commands/incrbyfloat.</summary>
    public void IncrementByFloat(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (!entry.IsMissing && !entry.Is(store.Type))
        {
            call.Reply.WrongType();
            return;
        }

        ExtendedDouble number = default;
        bool isNumber = entry.IsMissing || ExtendedDouble.TryParse(entry.Value, out number);
        if (!isNumber || !ExtendedDouble.TryParse(call.Argument(2), out ExtendedDouble increment))
        {
            call.Reply.Error("ERR value is not a valid float"u8);
            return;
        }

        if (!ExtendedDouble.TryAdd(number, increment, out ExtendedDouble sum) || !sum.IsFinite)
        {
            call.Reply.Error("ERR increment would produce NaN or Infinity"u8);
            return;
        }

        Span<byte> text = stackalloc byte[ExtendedDouble.FormatBytesMax];
        text = text[..sum.Format(text)];
        if (entry.IsMissing) entry = call.Keys.Put(key, store.Type, text.Length);

        // Never the int encoding, even where the sum is whole: so does Redis.
        StringStore.Overwrite(call.Keys, entry, text, StringEncoding.Plain);
        call.Changed(key, KeyEventClass.String, "incrbyfloat"u8);

        // The result rather than the increment: another machine's floating point may print other digits.
        call.PropagateAs().Add("SET"u8).Add(key.Bytes).Add(text).Add("KEEPTTL"u8).Send();
        call.Reply.Bulk(text);
    }
}
