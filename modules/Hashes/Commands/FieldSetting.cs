using ModularKv.Abstractions;
using ModularKv.Hashes.Encodings;
using ModularKv.Hashes.Expiry;

namespace ModularKv.Hashes.Commands;

/// <summary>HSETEX: fields with values, conditions and a time to live.</summary>
internal sealed class FieldSetting(HashType type, FieldWrites writes)
{
    private const Access Again = Access.NoTouch | Access.NoStatistics | Access.NoNotify;

    /// <summary>
    /// HSETEX key [FNX|FXX] [EX seconds|PX milliseconds|EXAT unix-time|PXAT unix-time-ms|KEEPTTL] FIELDS numfields field value
    /// [field value ...]. Source: redis.io/commands/hsetex.
    /// </summary>
    public void Run(ref CommandContext call)
    {
        if (!TryParse(ref call, out Options options)) return;
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (!entry.IsMissing && !entry.Is(type))
        {
            call.Reply.WrongType();
            return;
        }

        if ((options.OnlyNew || options.OnlyExisting) && !IsMet(ref call, key, options))
        {
            call.Reply.Integer(0);
            return;
        }

        bool isPast = options.TimeAt > 0 && type.Expiry.IsPast(ref call, options.ExpireAtMs);
        bool emptied;
        if (isPast) emptied = RemoveAll(ref call, key, options);
        else emptied = Store(ref call, key, options);
        int fields = (call.ArgumentCount - options.First) / 2;
        call.Changed(key, KeyEventClass.Hash, "hset"u8, fields);
        if (options.TimeAt > 0) call.Changed(key, KeyEventClass.Hash, isPast ? "hdel"u8 : "hexpire"u8, dirty: 0);
        if (emptied) call.Changed(key, KeyEventClass.Generic, "del"u8, dirty: 0);
        if (isPast) call.SuppressPropagation();
        else if (options.TimeAt > 0) Propagate(ref call, options);
        call.Reply.Integer(1);
    }

    /// <returns>False: nothing was left of the hash.</returns>
    private bool Store(ref CommandContext call, scoped in KeyRef key, in Options options)
    {
        Entry entry = call.Keys.FindForWrite(key);
        long before = entry.IsMissing ? 0 : HashReader.NextExpiry(entry);
        entry = writes.OpenFor(ref call, entry, key, options.First);
        for (int i = options.First; i < call.ArgumentCount; i += 2)
        {
            // An expired field is absent: there is no time to keep.
            bool keeps = options.KeepTtl && !type.Expiry.IsOver(ref call, HashReader.Find(entry, call.Argument(i)));
            type.Writer.Set(call.Keys, ref entry, call.Argument(i), call.Argument(i + 1), keeps);
            if (options.TimeAt > 0) type.Writer.SetExpiry(call.Keys, ref entry, call.Argument(i), options.ExpireAtMs);
        }

        HashWriter.Fit(call.Keys, ref entry);
        type.Queue.Track(call.Keys, key.Bytes, before, HashReader.NextExpiry(entry));
        return false;
    }

    /// <summary>A past time: what would be set and expire at once is removed.</summary>
    /// <returns>True: nothing is left of the hash, or there was none.</returns>
    private bool RemoveAll(ref CommandContext call, scoped in KeyRef key, in Options options)
    {
        Entry entry = call.Keys.FindForWrite(key);
        long before = entry.IsMissing ? 0 : HashReader.NextExpiry(entry);
        for (int i = options.First; i < call.ArgumentCount; i += 2)
        {
            if (!entry.IsMissing) type.Writer.Remove(call.Keys, ref entry, call.Argument(i));
            type.Expiry.Removed(call.Keys.Index, key.Bytes, call.Argument(i));
        }

        if (entry.IsMissing) return true;
        bool emptied = HashReader.Count(entry) == 0;
        long after = HashReader.NextExpiry(entry);
        if (emptied) call.Keys.Delete(entry);
        type.Queue.Track(call.Keys, key.Bytes, before, after);
        return emptied;
    }

    /// <summary>FXX: all fields are there; FNX: none is.</summary>
    private bool IsMet(ref CommandContext call, scoped in KeyRef key, in Options options)
    {
        ExpiryTally tally = default;
        bool met = true;
        Entry entry = call.Keys.Find(key, Again);
        for (int i = options.First; i < call.ArgumentCount && met; i += 2)
        {
            HashField value = entry.IsMissing ? default : HashReader.Find(entry, call.Argument(i));
            bool exists = !value.IsMissing;
            if (value.ExpireAtMs != 0 && type.Expiry.HasExpired(ref call, key, value, call.Argument(i), ref tally))
            {
                exists = false;
                entry = call.Keys.Find(key, Again);
            }

            met = exists == options.OnlyExisting;
        }

        if (tally.Removed > 0) FieldExpiry.Announce(ref call, key, tally.Emptied);
        return met;
    }

    /// <summary>An absolute time means the same to whoever replays it later.</summary>
    private static void Propagate(ref CommandContext call, in Options options)
    {
        if (!call.Server.Propagation.Active) return;
        EffectBuilder effect = call.PropagateAs();
        for (int i = 0; i < call.ArgumentCount; i++)
        {
            if (i == options.TimeAt - 1) effect.Add("PXAT"u8);
            else if (i == options.TimeAt) effect.Add(options.ExpireAtMs);
            else effect.Add(call.Argument(i));
        }

        effect.Send();
    }

    private static bool TryParse(ref CommandContext call, out Options options)
    {
        options = default;
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (call.ArgumentIs(i, "fields"u8))
            {
                options.First = i + 2;
                return TryReadCount(ref call, i);
            }

            if (FieldArguments.IsTimeOption(ref call, i, out bool inSeconds, out bool isAbsolute))
            {
                if (!TryTime(ref call, ref i, inSeconds, isAbsolute, ref options)) return false;
            }
            else if (call.ArgumentIs(i, "keepttl"u8))
            {
                if (options.HasTime) return RefuseTwoTimes(ref call);
                options.KeepTtl = true;
            }
            else if (call.ArgumentIs(i, "fxx"u8) || call.ArgumentIs(i, "fnx"u8))
            {
                if (options.OnlyExisting || options.OnlyNew)
                {
                    call.Reply.Error("ERR Only one of FXX or FNX arguments can be specified"u8);
                    return false;
                }

                options.OnlyExisting = call.ArgumentIs(i, "fxx"u8);
                options.OnlyNew = !options.OnlyExisting;
            }
            else
            {
                call.Reply.Error([.. "ERR unknown argument: "u8, .. Words.Shown(call.Argument(i))]);
                return false;
            }
        }

        // Redis gives up here; a command without FIELDS is malformed like one without fields.
        WrongNumber(ref call);
        return false;
    }

    private static bool TryTime(ref CommandContext call, ref int i, bool inSeconds, bool isAbsolute, ref Options options)
    {
        if (options.HasTime) return RefuseTwoTimes(ref call);
        if (i + 1 == call.ArgumentCount)
        {
            call.Reply.Error("ERR missing expire time"u8);
            return false;
        }

        options.TimeAt = ++i;
        return FieldArguments.TryReadTime(ref call, i, inSeconds, isAbsolute ? 0 : call.NowMs, out options.ExpireAtMs);
    }

    private static bool TryReadCount(ref CommandContext call, int at)
    {
        int texts = call.ArgumentCount - at - 2;
        if (texts >= 2 && (!NumberText.TryParse(call.Argument(at + 1), out long fields) || fields is < 1 or > int.MaxValue))
        {
            call.Reply.Error("ERR invalid number of fields"u8);
            return false;
        }

        if (texts >= 2 && NumberText.TryParse(call.Argument(at + 1), out fields) && texts % 2 == 0 && texts / 2 == fields) return true;
        WrongNumber(ref call);
        return false;
    }

    private static bool RefuseTwoTimes(ref CommandContext call)
    {
        call.Reply.Error("ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified"u8);
        return false;
    }

    private static void WrongNumber(ref CommandContext call)
        => call.Reply.Error($"ERR wrong number of arguments for '{call.Command.FullName}' command");

    private struct Options
    {
        public int First;
        public int TimeAt;
        public long ExpireAtMs;
        public bool KeepTtl;
        public bool OnlyNew;
        public bool OnlyExisting;

        public readonly bool HasTime => KeepTtl || TimeAt > 0;
    }
}
