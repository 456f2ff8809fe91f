using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Hashes.Encodings;
using ModularKv.Hashes.Memory;

namespace ModularKv.Hashes.Commands;

/// <summary>HRANDFIELD: fields chosen uniformly at random. Removes expired ones first, as Redis does.</summary>
internal sealed class FieldSampling(HashType type, MemoryOwner memory)
{
    /// <summary>Expired fields that one call removes; further ones are passed over.</summary>
    private const long RemovedMax = 4096;

    /// <summary>
    /// A part of a hash above a third is drawn in one walk, a smaller one field by field. Source: HRANDFIELD_SUB_STRATEGY_MUL.
    /// </summary>
    private const long WalkShare = 3;

    /// <summary>So many expired fields in a row, and a live one is looked for by a walk.</summary>
    private const int TriesMax = 100;

    /// <summary>More positions are not kept for the next call.</summary>
    private const int PositionsKeptMax = 4096;

    private int[] _positions = new int[64];

    /// <summary>HRANDFIELD key [count [WITHVALUES]]. Source: redis.io/commands/hrandfield.</summary>
    public void Run(ref CommandContext call)
    {
        if (call.ArgumentCount > 2)
        {
            Many(ref call);
            return;
        }

        KeyRef key = call.Key(1);
        Entry entry = call.Keys.Find(key);
        if (entry.IsMissing)
        {
            call.Reply.Null();
            return;
        }

        if (!entry.Is(type))
        {
            call.Reply.WrongType();
            return;
        }

        Sample sample = Open(ref call, entry, key);
        if (sample.Live == 0)
        {
            call.Reply.Null();
            return;
        }

        One(ref sample, call.Server.Random, out HashField field, out _);
        field.Reply(call.Reply);
    }

    private void Many(ref CommandContext call)
    {
        if (!TryReadCount(ref call, out long count)) return;
        bool withValues = call.ArgumentCount == 4;
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.Find(key);
        if (!entry.IsMissing && !entry.Is(type))
        {
            call.Reply.WrongType();
            return;
        }

        Sample sample = default;
        if (!entry.IsMissing) sample = Open(ref call, entry, key);
        if (count == 0 || sample.Live == 0)
        {
            call.Reply.Array(0);
            return;
        }

        long number = count < 0 ? -count : Math.Min(count, sample.Live);
        Replying reply = new(call.Reply, withValues);
        reply.Begin(number);
        if (count < 0) WithRepetition(call.Client, ref sample, number, call.Server.Random, reply);
        else if (sample.IsPacked || number * WalkShare > sample.Live) ByWalk(ref sample, number, call.Server.Random, reply);
        else FieldByField(ref sample, number, call.Server.Random, reply);
    }

    private static bool TryReadCount(ref CommandContext call, out long count)
    {
        if (!NumberText.TryParse(call.Argument(2), out count))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        if (count == long.MinValue)
        {
            call.Reply.Error("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"u8);
            return false;
        }

        if (call.ArgumentCount == 3) return true;
        if (call.ArgumentCount > 4 || !call.ArgumentIs(3, "withvalues"u8))
        {
            call.Reply.SyntaxError();
            return false;
        }

        // Fields and values together must fit the count of a reply.
        if (count is >= -long.MaxValue / 2 and <= long.MaxValue / 2) return true;
        call.Reply.Error("ERR value is out of range"u8);
        return false;
    }

    private Sample Open(scoped ref CommandContext call, Entry entry, scoped in KeyRef key)
    {
        long horizon = type.Expiry.HorizonOf(ref call);
        if (HashReader.HasTimes(entry))
        {
            if (!type.Expiry.RemoveSome(ref call, key, RemovedMax)) return default;
            entry = call.Keys.Find(key, Access.NoTouch | Access.NoStatistics | Access.NoNotify);
        }

        long expired = HashReader.CountExpired(entry, horizon);
        return new Sample(entry, horizon, expired);
    }

    private static void One(ref Sample sample, IRandom random, out HashField field, out HashField value)
    {
        if (sample.IsPacked)
        {
            // Expired fields stand first.
            long index = sample.Expired + random.Next(sample.Live);
            sample.Read(Listpack.Seek(sample.Entry.Value, index * sample.Stride), out field, out value);
            return;
        }

        ref HashRoot root = ref sample.Entry.Structure<HashRoot>();
        for (int i = 0; i < TriesMax; i++)
        {
            TableItem item = root.Fields.Random(random);
            value = HashReader.ValueOf(item);
            field = new HashField(item.Key);
            if (sample.IsLive(value)) return;
        }

        HashWalk walk = new(sample.Entry);
        for (long skip = random.Next(sample.Live); walk.MoveNext();)
        {
            if (sample.IsLive(walk.Value) && skip-- == 0) break;
        }

        field = walk.Field;
        value = walk.Value;
    }

    // Without end, if it must be: until the output buffer's limit cuts the client off.
    private void WithRepetition(Client client, ref Sample sample, long number, IRandom random, Replying reply)
    {
        if (!sample.IsPacked)
        {
            for (; number > 0 && (client.Flags & ClientFlags.CloseNow) == 0; number--)
            {
                One(ref sample, random, out HashField field, out HashField value);
                reply.Add(field, value);
            }

            return;
        }

        int live = FindPositions(ref sample);
        for (; number > 0 && (client.Flags & ClientFlags.CloseNow) == 0; number--)
        {
            sample.Read(_positions[random.Next(live)], out HashField field, out HashField value);
            reply.Add(field, value);
        }

        if (_positions.Length > PositionsKeptMax) _positions = new int[64];
    }

    private int FindPositions(ref Sample sample)
    {
        int live = 0;
        ReadOnlySpan<byte> pack = sample.Entry.Value;
        if (_positions.Length < sample.Live) _positions = new int[sample.Live];
        for (int at = Listpack.Seek(pack, sample.Expired * sample.Stride); at >= 0;)
        {
            _positions[live++] = at;
            for (int i = 0; i < sample.Stride; i++) at = Listpack.Next(pack, at);
        }

        return live;
    }

    /// <summary>Each field is taken with the probability with which it is among those still wanted of those still to come.</summary>
    private static void ByWalk(ref Sample sample, long number, IRandom random, Replying reply)
    {
        HashWalk walk = new(sample.Entry);
        for (long left = sample.Live; number > 0 && walk.MoveNext();)
        {
            if (!sample.IsLive(walk.Value)) continue;
            if (number == left || random.Next(left) < number)
            {
                reply.Add(walk.Field, walk.Value);
                number--;
            }

            left--;
        }
    }

    private void FieldByField(ref Sample sample, long number, IRandom random, Replying reply)
    {
        PackedTable chosen = PackedTable.Create();
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        while (number > 0)
        {
            One(ref sample, random, out HashField field, out HashField value);
            if (!chosen.Add(memory, field.Text(scratch))) continue;
            reply.Add(field, value);
            number--;
        }

        chosen.Free(memory);
    }

    /// <summary>The hash that is drawn from.</summary>
    private readonly ref struct Sample(Entry entry, long horizon, long expired)
    {
        public readonly Entry Entry = entry;

        /// <summary>Fields that have expired and are still there.</summary>
        public readonly long Expired = expired;

        /// <summary>The others.</summary>
        public readonly long Live = HashReader.Count(entry) - expired;

        public readonly int Stride = HashReader.StrideOf(entry);

        private readonly long _horizon = horizon;

        public bool IsPacked => HashReader.IsPacked(Entry);

        public bool IsLive(scoped in HashField value) => value.ExpireAtMs == 0 || value.ExpireAtMs >= _horizon;

        public void Read(int at, out HashField field, out HashField value)
        {
            ReadOnlySpan<byte> pack = Entry.Value;
            field = new HashField(Listpack.Get(pack, at));
            value = PackedFields.ValueAt(pack, Stride, at);
        }
    }

    /// <summary>Fields, or fields with values: in RESP3 as pairs.</summary>
    private readonly struct Replying(ReplyWriter reply, bool withValues)
    {
        public void Begin(long number) => reply.Array(withValues && reply.Protocol == 2 ? number * 2 : number);

        public void Add(scoped in HashField field, scoped in HashField value)
        {
            if (withValues && reply.Protocol > 2) reply.Array(2);
            field.Reply(reply);
            if (withValues) value.Reply(reply);
        }
    }
}
