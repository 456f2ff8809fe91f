using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Reading;

namespace ModularKv.Rdb.Commands;

/// <summary>RESTORE and RESTORE-ASKING. Source: redis.io/commands/restore; cluster.c.</summary>
internal sealed class RestoreCommand(RdbLoader loader)
{
    private const int FrequencyMax = 255;

    private const string Cost = "O(1) to create the new key and additional O(N*M) to reconstruct the serialized value, where N is the "
        + "number of Redis objects composing the value and M their average size. For small string values the time complexity is thus "
        + "O(1)+O(1*M) where M is small, so simply O(1). However for sorted set values the complexity is O(N*M*log(N)) because "
        + "inserting values into sorted sets is O(log(N)).";

    private static readonly (string, string)[] Changes =
    [
        ("3.0.0", "Added the `REPLACE` modifier."),
        ("5.0.0", "Added the `ABSTTL` modifier."),
        ("5.0.0", "Added the `IDLETIME` and `FREQ` options."),
    ];

    /// <summary>The rows of the command table.</summary>
    public CommandSpec[] Rows =>
    [
        new()
        {
            Name = "restore", Arity = -4, Handler = Restore, Group = "generic", Since = "2.6.0",
            Flags = CommandFlags.Write | CommandFlags.DenyOom, Categories = AclCategories.Keyspace | AclCategories.Dangerous,
            Keys = [KeySpec.Range(1, 0, 1, KeyFlags.OW | KeyFlags.Update)],
            Complexity = Cost, History = Changes,
            Summary = "Makes a key of a value that DUMP has given.",
            Arguments = "key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]",
        },
        new()
        {
            Name = "restore-asking", Arity = -4, Handler = Restore, Group = "server", Since = "3.0.0",
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Asking,
            Categories = AclCategories.Keyspace | AclCategories.Dangerous,
            Keys = [KeySpec.Range(1, 0, 1, KeyFlags.OW | KeyFlags.Update)],
            Complexity = Cost, History = Changes, DocFlags = DocFlags.SysCmd,
            Summary = "RESTORE as a cluster's nodes send it to each other while a slot moves.",
            Arguments = "key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]",
        },
    ];

    /// <summary>DEBUG SET-SKIP-CHECKSUM-VALIDATION, which tests with hand-made payloads use.</summary>
    public DebugSubcommand SkipChecksums => new()
    {
        Name = "set-skip-checksum-validation", ArgumentsMin = 1, ArgumentsMax = 1, Usage = "<0|1>",
        Summary = "Takes images and payloads whatever their checksum.",
        Handler = (ref CommandContext call) =>
        {
            loader.Settings.SkipsChecksums = !call.Argument(2).SequenceEqual("0"u8);
            call.Reply.Ok();
        },
    };

    private static long NowMs(in CommandContext call) => call.NowMs;

    /// <summary>RESTORE key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency].</summary>
    private void Restore(ref CommandContext call)
    {
        if (!TryReadOptions(ref call, out Options options)) return;
        KeyRef key = call.Key(1);
        if (!options.Replace && !call.Keys.FindForWrite(key).IsMissing)
        {
            call.Reply.Error("BUSYKEY Target key name already exists."u8);
            return;
        }

        if (!NumberText.TryParse(call.Argument(2), out long ttl))
        {
            call.Reply.NotAnInteger();
            return;
        }

        if (ttl < 0)
        {
            call.Reply.Error("ERR Invalid TTL value, must be >= 0"u8);
            return;
        }

        if (!DumpPayload.IsIntact(call.Argument(3), !loader.Settings.SkipsChecksums))
        {
            call.Reply.Error("ERR DUMP payload version or checksum are wrong"u8);
            return;
        }

        Put(ref call, key, ttl, options);
    }

    private void Put(ref CommandContext call, scoped in KeyRef key, long ttl, in Options options)
    {
        // The old value stays until the new one is known to be one.
        Database database = call.Keys;
        Entry old = options.Replace ? database.SetAside(key) : default;
        Entry entry;
        bool sanitizes = loader.Settings.SanitizesFor(call.Client, call.Server.Loading.Active);
        try
        {
            entry = loader.Restore(call.Argument(3), sanitizes, database, key);
        }
        catch (ValueFormatException)
        {
            if (!old.IsMissing) database.PutBack(key, old);
            call.Reply.Error("ERR Bad data format"u8);
            return;
        }

        bool replaced = !old.IsMissing;
        database.Discard(old);
        long expireAt = ttl == 0 || options.IsAbsolute ? ttl : unchecked(ttl + NowMs(call));
        if (ttl != 0 && expireAt <= NowMs(call) && !call.Server.Loading.Active)
        {
            database.Delete(key);
            if (replaced) Deleted(ref call, key);
        }
        else
        {
            bool counts = loader.Settings.CountsAccesses;
            new KeyFacts(ttl == 0 ? -1 : expireAt, counts ? -1 : options.IdleSeconds, counts ? options.Frequency : -1)
                .ApplyTo(database, entry);
            if (ttl != 0 && !options.IsAbsolute) Propagate(ref call, expireAt);
            call.Changed(key, KeyEventClass.Generic, "restore"u8);
        }

        call.Reply.Ok();
    }

    private static void Deleted(ref CommandContext call, scoped in KeyRef key)
    {
        call.PropagateAs().Add("DEL"u8).Add(key.Bytes).Send();
        call.Changed(call.Key(1), KeyEventClass.Generic, "del"u8);
    }

    // The time is the one at which it was restored here, wherever the command arrives later.
    private static void Propagate(ref CommandContext call, long expireAt)
    {
        if (!call.Server.Propagation.Active) return;
        EffectBuilder effect = call.PropagateAs();
        for (int i = 0; i < call.ArgumentCount; i++)
        {
            if (i == 2) effect.Add(expireAt);
            else effect.Add(call.Argument(i));
        }

        effect.Add("ABSTTL"u8).Send();
    }

    private static bool TryReadOptions(ref CommandContext call, out Options options)
    {
        options = new Options(-1, -1);
        for (int i = 4; i < call.ArgumentCount; i++)
        {
            bool hasMore = i + 1 < call.ArgumentCount;
            if (call.ArgumentIs(i, "replace"u8))
            {
                options.Replace = true;
            }
            else if (call.ArgumentIs(i, "absttl"u8))
            {
                options.IsAbsolute = true;
            }
            else if (call.ArgumentIs(i, "idletime"u8) && hasMore && options.Frequency < 0)
            {
                if (!TryReadNumber(ref call, ++i, long.MaxValue, "ERR Invalid IDLETIME value, must be >= 0"u8, out options.IdleSeconds))
                    return false;
            }
            else if (call.ArgumentIs(i, "freq"u8) && hasMore && options.IdleSeconds < 0)
            {
                if (!TryReadNumber(ref call, ++i, FrequencyMax, "ERR Invalid FREQ value, must be >= 0 and <= 255"u8, out long frequency))
                    return false;
                options.Frequency = (int)frequency;
            }
            else
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        return true;
    }

    private static bool TryReadNumber(ref CommandContext call, int index, long max, ReadOnlySpan<byte> refusal, out long number)
    {
        if (!NumberText.TryParse(call.Argument(index), out number))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        if (number >= 0 && number <= max) return true;
        call.Reply.Error(refusal);
        return false;
    }

    private struct Options(long idleSeconds, int frequency)
    {
        public bool Replace;
        public bool IsAbsolute;
        public long IdleSeconds = idleSeconds;
        public int Frequency = frequency;
    }
}
