using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Primitives.Memory;

namespace ModularKv.Host.Protocol.Memory;

/// <summary>What became of the bytes handed to the parser.</summary>
internal enum ParseOutcome
{
    /// <summary>A command stands in the arena.</summary>
    Command,

    /// <summary>The bytes end inside a command; <see cref="PartialRequest"/> knows where.</summary>
    Incomplete,

    /// <summary>The bytes are no command: <see cref="RequestParser.Error"/> says why.</summary>
    Error,
}

/// <summary>Limits that the parser enforces.</summary>
internal sealed class RequestLimits
{
    /// <summary>proto-max-bulk-len, bytes. What a span cannot hold is not taken, whatever the operator allows.</summary>
    public long BulkMax
    {
        get;
        set => field = Math.Min(value, BulkCeiling);
    } = 512L << 20;

    /// <summary>Longest argument that a block with its slack can hold, bytes.</summary>
    private const long BulkCeiling = int.MaxValue - 1024;

    /// <summary>Arguments of one command; room is made only as they arrive.</summary>
    public const int ArgumentsMax = int.MaxValue;

    /// <summary>Bytes of an inline command, or of a count.</summary>
    public const int InlineMax = 64 * 1024;

    /// <summary>What a client may send before it has authenticated.</summary>
    public const int UnauthenticatedArgumentsMax = 10;

    /// <summary>What a client may send before it has authenticated.</summary>
    public const int UnauthenticatedBulkMax = 16384;
}

/// <summary>
/// Finds commands in received bytes, without copying: arguments point into the bytes. A command that ends beyond them is taken up again
/// where it broke off. Source: redis.io/docs/reference/protocol-spec.
/// </summary>
internal sealed unsafe class RequestParser(ArgumentArena arena, RequestLimits limits)
{
    /// <summary>What is wrong with the request, in Redis's words.</summary>
    public string Error { get; private set; } = "";

    /// <summary>Arguments of the command found: index of the first in the arena, and how many.</summary>
    public int First;

    /// <summary>Number of arguments of the command found.</summary>
    public int Count;

    /// <summary>Takes the next command.</summary>
    /// <param name="at">In: where to start (the start of a command). Out: behind the command; unchanged when incomplete.</param>
    /// <param name="end">End of the bytes. Sixteen more must be readable.</param>
    /// <param name="partial">Where the command broke off last time; Start must be the same command's start.</param>
    /// <param name="authenticated">Lower limits apply otherwise.</param>
    public ParseOutcome Next(ref byte* at, byte* end, PartialRequest partial, bool authenticated)
    {
        if (partial.ArgumentsLeft > 0) return Resume(ref at, end, partial, authenticated);
        while (at < end)
        {
            if (*at != (byte)'*')
            {
                ParseOutcome outcome = InlineRequest.Parse(this, arena, ref at, end);
                if (outcome == ParseOutcome.Command && Count == 0) continue; // an empty line asks for nothing
                return outcome;
            }

            byte* q = Number(at + 1, end, out long count);
            if (q == null) return end - at > RequestLimits.InlineMax ? Fail("too big mbulk count string") : ParseOutcome.Incomplete;
            if (q == Bad || count > RequestLimits.ArgumentsMax) return Fail("invalid multibulk length");
            if (count <= 0)
            {
                at = q;
                continue;
            }

            if (!authenticated && count > RequestLimits.UnauthenticatedArgumentsMax) return Fail("unauthenticated multibulk length");
            First = arena.Count;
            return Arguments(ref at, q, end, (int)count, 0, partial, authenticated);
        }

        return ParseOutcome.Incomplete;
    }

    private ParseOutcome Resume(ref byte* at, byte* end, PartialRequest partial, bool authenticated)
    {
        First = arena.Count;
        int done = partial.Count;
        return Arguments(ref at, at + partial.Offset, end, done + partial.ArgumentsLeft, done, partial, authenticated);
    }

    private ParseOutcome Arguments(ref byte* at, byte* q, byte* end, int count, int done, PartialRequest partial, bool authenticated)
    {
        // Room for all is made as they come: a client that announces a million arguments must send them first.
        int index = done;
        int ready = Math.Min(count, done + 1024);
        Argument* room = arena.Room(First, ready) + done;
        long bulkMax = authenticated ? limits.BulkMax : Math.Min(limits.BulkMax, RequestLimits.UnauthenticatedBulkMax);
        for (; index < count; index++)
        {
            if (index == ready)
            {
                ready = Math.Min(count, index * 2);
                room = arena.Room(First, ready) + index;
            }

            if (q == end) break;
            byte* r = Number(q + 1, end, out long length);
            if (*q != (byte)'$' || r <= Bad || (ulong)length > (ulong)bulkMax)
            {
                if (RefuseHeader(q, r, end, length)) return ParseOutcome.Error;
                break;
            }

            if (end - r < length + 2)
            {
                if (length < BigArgument.Threshold) break;
                partial.BeginBig(r, (int)Math.Min(end - r, length + 2), (int)length);
                q = r;
                break;
            }

            room->Bytes = r;
            room->Length = (int)length;
            room->Owned = 0;
            room->Hash = 0;
            room++;
            q = r + length + 2;
        }

        if (index < count)
        {
            partial.Keep(arena.At(First), done, index, at, q, count);
            return ParseOutcome.Incomplete;
        }

        if (partial.ArgumentsLeft > 0)
        {
            if (done > 0) partial.Restore(arena.At(First), done, at, arena);
            partial.Clear();
        }

        Count = count;
        arena.Count = First + count;
        at = q;
        return ParseOutcome.Command;
    }

    internal ParseOutcome Fail(string reason)
    {
        Error = "ERR Protocol error: " + reason;
        return ParseOutcome.Error;
    }

    /// <summary>
    /// Says what is wrong with an argument's header, in the order in which Redis looks. False: nothing yet, more bytes are needed.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RefuseHeader(byte* q, byte* afterNumber, byte* end, long length)
    {
        bool lineEnds = *q == (byte)'\r' ? end - q >= 2 : afterNumber != null && *q != 0;
        if (!lineEnds)
        {
            if (end - q <= RequestLimits.InlineMax) return false;
            Fail("too big bulk count string");
        }
        else if (*q != (byte)'$')
        {
            Fail($"expected '$', got '{(char)*q}'");
        }
        else
        {
            Fail(afterNumber == Bad || length < 0 || length > limits.BulkMax ? "invalid bulk length" : "unauthenticated bulk length");
        }

        return true;
    }

    /// <summary>Marks a malformed number.</summary>
    private static readonly byte* Bad = (byte*)1;

    /// <summary>Reads digits up to CR LF. Null: they are not there yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Number(byte* p, byte* end, out long value)
    {
        if (end - p >= 3)
        {
            uint first = (uint)p[0] - '0';
            if (first <= 9)
            {
                if (p[1] == '\r')
                {
                    value = first;
                    return p + 3;
                }

                uint second = (uint)p[1] - '0';
                if (second <= 9 && first != 0 && end - p >= 4 && p[2] == '\r')
                {
                    value = first * 10 + second;
                    return p + 4;
                }
            }
        }

        return NumberSlow(p, end, out value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte* NumberSlow(byte* p, byte* end, out long value)
    {
        value = 0;
        int length = (int)Math.Min(end - p, RequestLimits.InlineMax);
        // As in Redis, a zero byte ends the search: such a request never completes, and is refused once it is too long.
        int cr = new ReadOnlySpan<byte>(p, length).IndexOfAny((byte)'\r', (byte)0);
        if (cr < 0 || p[cr] == 0 || end - p < cr + 2) return null;
        if (!Abstractions.NumberText.TryParse(new ReadOnlySpan<byte>(p, cr), out value)) return Bad;
        return p + cr + 2;
    }
}

/// <summary>Where a connection's command broke off. Holds nothing while commands arrive whole.</summary>
internal sealed unsafe class PartialRequest
{
    private Argument* _kept;
    private int _capacity;

    /// <summary>Arguments still to come, the one that broke off included; 0: no command is open.</summary>
    public int ArgumentsLeft { get; private set; }

    /// <summary>Arguments complete.</summary>
    public int Count { get; private set; }

    /// <summary>Where to go on, from the command's start.</summary>
    public int Offset { get; private set; }

    /// <summary>The block that a large argument is being received into; null: none.</summary>
    public byte* Big { get; private set; }

    /// <summary>Length of that argument.</summary>
    public int BigLength { get; private set; }

    /// <summary>Bytes of it (and its line end) that have arrived.</summary>
    public int BigReceived { get; set; }

    /// <summary>Bytes held.</summary>
    public long MemoryBytes => ((long)_capacity * sizeof(Argument)) + (Big == null ? 0 : BigLength);

    /// <summary>
    /// Remembers the arguments found since <paramref name="from"/>; <c>Bytes</c> of those kept is an offset from the command's start.
    /// </summary>
    internal void Keep(Argument* found, int from, int to, byte* start, byte* resume, int total)
    {
        if (to > _capacity)
        {
            _capacity = Math.Max(to, Math.Min(total, _capacity * 2));
            _kept = (Argument*)NativeMemory.Realloc(_kept, (nuint)_capacity * (nuint)sizeof(Argument));
        }

        for (int i = from; i < to; i++)
        {
            _kept[i] = found[i];
            _kept[i].Bytes = (byte*)(found[i].Bytes - start);
        }

        Count = to;
        ArgumentsLeft = total - to;
        Offset = (int)(resume - start);
    }

    /// <summary>Puts the remembered arguments in front of those found now.</summary>
    internal void Restore(Argument* to, int count, byte* start, ArgumentArena arena)
    {
        for (int i = 0; i < count; i++)
        {
            to[i] = _kept[i];
            if (to[i].Owned == 0) to[i].Bytes = start + (nint)_kept[i].Bytes; else arena.OwnedCount++;
        }
    }

    /// <summary>Starts a large argument of which some bytes have arrived.</summary>
    internal void BeginBig(byte* bytes, int have, int length)
    {
        Big = (byte*)NativeMemory.Alloc((nuint)length + BigArgument.Slack);
        BigLength = length;
        BigReceived = have;
        new ReadOnlySpan<byte>(bytes, have).CopyTo(new Span<byte>(Big, have));
    }

    /// <summary>Adds the large argument that has arrived whole.</summary>
    public void FinishBig()
    {
        if (Count == _capacity)
        {
            _capacity = Math.Max(8, _capacity * 2);
            _kept = (Argument*)NativeMemory.Realloc(_kept, (nuint)_capacity * (nuint)sizeof(Argument));
        }

        _kept[Count++] = new Argument { Bytes = Big, Length = BigLength, Owned = 1 };
        ArgumentsLeft--;
        Big = null;
        BigLength = BigReceived = 0;
    }

    /// <summary>When a large argument was the last one and no other has begun: puts the whole command into the arena.</summary>
    public bool TryComplete(RequestParser parser, ArgumentArena arena, byte* start)
    {
        if (ArgumentsLeft > 0 || Count == 0) return false;
        parser.First = arena.Count;
        parser.Count = Count;
        Restore(arena.Room(arena.Count, Count), Count, start, arena);
        arena.Count += Count;
        Clear();
        return true;
    }

    /// <summary>Forgets the command (its owned blocks belong to the arena now).</summary>
    internal void Clear()
    {
        NativeMemory.Free(_kept);
        _kept = null;
        _capacity = Count = ArgumentsLeft = Offset = 0;
    }

    /// <summary>Forgets the command and frees everything.</summary>
    public void Discard()
    {
        for (int i = 0; i < Count; i++)
        {
            if (_kept[i].Owned != 0) NativeMemory.Free(_kept[i].Bytes);
        }

        NativeMemory.Free(Big);
        Big = null;
        BigLength = BigReceived = 0;
        Clear();
    }
}
