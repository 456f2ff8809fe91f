using ModularKv.Abstractions;
using ModularKv.Bitmaps.Memory;

namespace ModularKv.Bitmaps.Commands;

/// <summary>BITOP: operations on whole bitmaps.</summary>
internal sealed class BitOpCommand(StringKeys strings)
{
    private const int Target = 2;
    private const int FirstSource = 3;
    private const Access Silent = Access.NoTouch | Access.NoStatistics | Access.NoNotify;

    private readonly BitSources _sources = new();

    /// <summary>
    /// BITOP operation destkey key [key ...]. Missing keys are empty, shorter ones are followed by zeros.
    /// Source: redis.io/commands/bitop.
    /// </summary>
    public void Run(ref CommandContext call)
    {
        BitOperation operation = BitOperationName.Parse(call.Argument(1));
        if (!Accepts(ref call, operation) || !TryMeasure(ref call, out long length)) return;
        KeyRef target = call.Key(Target);
        if (length > 0)
        {
            Store(ref call, target, operation, length);
            call.Changed(target, KeyEventClass.String, "set"u8);
        }
        else if (call.Keys.Delete(target))
        {
            call.Changed(target, KeyEventClass.Generic, "del"u8);
        }

        call.Reply.Integer(length);
    }

    private static bool Accepts(ref CommandContext call, BitOperation operation)
    {
        int sources = call.ArgumentCount - FirstSource;
        switch (operation)
        {
            case BitOperation.None:
                call.Reply.SyntaxError();
                return false;
            case BitOperation.Not when sources != 1:
                call.Reply.Error("ERR BITOP NOT must be called with a single source key."u8);
                return false;
            case BitOperation.Diff when sources < 2:
                call.Reply.Error("ERR BITOP DIFF must be called with at least two source keys."u8);
                return false;
            case BitOperation.Diff1 when sources < 2:
                call.Reply.Error("ERR BITOP DIFF1 must be called with at least two source keys."u8);
                return false;
            case BitOperation.AndOr when sources < 2:
                call.Reply.Error("ERR BITOP ANDOR must be called with at least two source keys."u8);
                return false;
            default:
                return true;
        }
    }

    // The only look at the sources that counts as reading them.
    private bool TryMeasure(ref CommandContext call, out long length)
    {
        length = 0;
        for (int i = FirstSource; i < call.ArgumentCount; i++)
        {
            Entry entry = call.Keys.Find(call.Key(i));
            if (entry.IsMissing) continue;
            if (!entry.Is(strings.Type))
            {
                call.Reply.WrongType();
                return false;
            }

            length = Math.Max(length, entry.ValueLength);
        }

        return true;
    }

    /// <summary>
    /// Makes room first and computes into it, so that nothing is copied: the target may be a source, as each of its bytes is read before
    /// it is written.
    /// </summary>
    private void Store(ref CommandContext call, scoped in KeyRef target, BitOperation operation, long length)
    {
        // Where the target is a source, its own bytes end where they ended before; a missing one has none.
        Entry old = IsSource(ref call, target) ? call.Keys.FindForWrite(target) : default;
        long before = old.IsMissing ? 0 : old.ValueLength;
        if (old.IsMissing)
        {
            call.Keys.Put(target, strings.Type, length);
        }
        else
        {
            if (old.HasExpiry) old = call.Keys.ClearExpiry(old);
            if (before != length) call.Keys.Resize(old, length);
        }

        _sources.Clear();
        for (int i = FirstSource; i < call.ArgumentCount; i++)
        {
            Entry source = call.Keys.Find(call.Key(i), Silent);
            ReadOnlySpan<byte> bytes = source.IsMissing ? default : source.Value;
            _sources.Add(call.Argument(i).SequenceEqual(target.Bytes) ? bytes[..(int)before] : bytes);
        }

        Entry entry = call.Keys.Find(target, Silent);
        _sources.Combine(operation, entry.WritableValue);
        entry.SetEncoding((int)StringEncoding.Raw);
    }

    private static bool IsSource(ref CommandContext call, scoped in KeyRef target)
    {
        for (int i = FirstSource; i < call.ArgumentCount; i++)
        {
            if (call.Argument(i).SequenceEqual(target.Bytes)) return true;
        }

        return false;
    }
}
