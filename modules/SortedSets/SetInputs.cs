using ModularKv.Abstractions;
using ModularKv.SortedSets.Encodings;

namespace ModularKv.SortedSets;

/// <summary>
/// The keys that ZUNION, ZINTER and ZDIFF read: sorted sets, sets (whose members have score 1), and keys that do not exist. One object
/// serves a command for ever. Entries cannot be kept in it, so each use looks its key up again, without statistics.
/// </summary>
internal sealed class SetInputs(SortedSetType type)
{
    private const Access Again = Access.NoTouch | Access.NoStatistics | Access.NoNotify;

    private readonly SetForwarder _forwarder = new();
    private Input[] _inputs = new Input[8];

    private struct Input
    {
        public int Argument;
        public long Count;
        public double Weight;
        public ISetType? Set;
    }

    /// <summary>Number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>Index of the first argument behind the keys.</summary>
    public int OptionsAt { get; private set; }

    public long CountOf(int input) => _inputs[input].Count;

    public double WeightOf(int input) => _inputs[input].Weight;

    /// <summary>Reads the number of keys and opens them all. False: an error was replied.</summary>
    public bool TryOpen(ref CommandContext call, int countAt)
    {
        if (!NumberText.TryParse(call.Argument(countAt), out long count))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        if (count < 1)
        {
            call.Reply.Error($"ERR at least 1 input key is needed for '{call.Command.FullName}' command");
            return false;
        }

        if (count > call.ArgumentCount - (countAt + 1))
        {
            call.Reply.SyntaxError();
            return false;
        }

        Count = (int)count;
        OptionsAt = countAt + 1 + Count;
        if (_inputs.Length < Count) _inputs = new Input[Count];
        for (int i = 0; i < Count; i++)
        {
            if (!TryOpen(ref call, countAt + 1 + i, ref _inputs[i])) return false;
        }

        return true;
    }

    /// <summary>Reads the weights from an argument on. False: an error was replied.</summary>
    public bool TryReadWeights(ref CommandContext call, int first)
    {
        for (int i = 0; i < Count; i++)
        {
            if (DoubleText.TryParse(call.Argument(first + i), out _inputs[i].Weight)) continue;
            call.Reply.Error("ERR weight value is not a float"u8);
            return false;
        }

        return true;
    }

    /// <summary>Smallest first; those of one size stay in their order.</summary>
    public void SortByCount()
    {
        for (int i = 1; i < Count; i++)
        {
            Input input = _inputs[i];
            int at = i;
            for (; at > 0 && _inputs[at - 1].Count > input.Count; at--) _inputs[at] = _inputs[at - 1];
            _inputs[at] = input;
        }
    }

    /// <summary>Visits the members of an input until the visitor has enough.</summary>
    public void ForEach<TVisitor>(ref CommandContext call, int input, ref TVisitor visitor) where TVisitor : struct, IMemberVisitor
    {
        Entry entry = call.Keys.Find(call.Key(_inputs[input].Argument), Again);
        if (entry.IsMissing) return;
        if (_inputs[input].Set is { } set)
        {
            _forwarder.Collect(set, entry);
            try
            {
                for (int i = 0; i < _forwarder.Count; i++)
                {
                    if (!visitor.Visit(ref call, _forwarder[i], 1)) return;
                }
            }
            finally
            {
                _forwarder.Clear();
            }

            return;
        }

        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        for (SetCursor at = new SetView(entry).First(); at.IsValid; at.MoveNext())
        {
            if (!visitor.Visit(ref call, at.Member(digits), at.Score)) return;
        }
    }

    /// <summary>Looks a member up in an input.</summary>
    public bool TryGetScore(ref CommandContext call, int input, scoped ReadOnlySpan<byte> member, ulong hash, out double score)
    {
        score = 1;
        Entry entry = call.Keys.Find(call.Key(_inputs[input].Argument), Again);
        if (entry.IsMissing) return false;
        return _inputs[input].Set is { } set ? set.Contains(entry, member) : new SetView(entry).TryGetScore(member, hash, out score);
    }

    private bool TryOpen(ref CommandContext call, int argument, ref Input input)
    {
        input = new Input { Argument = argument, Weight = 1 };
        Entry entry = call.Keys.Find(call.Key(argument));
        if (entry.IsMissing) return true;
        if (entry.Is(type))
        {
            input.Count = new SetView(entry).Count;
            return true;
        }

        input.Set = call.Server.Types.Of(entry) as ISetType;
        if (input.Set == null)
        {
            call.Reply.WrongType();
            return false;
        }

        input.Count = input.Set.Length(entry);
        return true;
    }

    /// <summary>The members of a set, copied: a visitor of the contract cannot carry a command's context.</summary>
    private sealed class SetForwarder : IElementVisitor
    {
        private const int BytesKeptMax = 1 << 20;
        private byte[] _bytes = new byte[1024];
        private long[] _ends = new long[64];
        private long _used;

        public int Count { get; private set; }

        public ReadOnlySpan<byte> this[int index]
        {
            get
            {
                long start = index == 0 ? 0 : _ends[index - 1];
                return _bytes.AsSpan((int)start, (int)(_ends[index] - start));
            }
        }

        public void Collect(ISetType set, Entry entry) => set.ForEach(entry, reverse: false, this);

        public bool Visit(ReadOnlySpan<byte> element)
        {
            if (Count == _ends.Length) Array.Resize(ref _ends, Count * 2);
            long needed = _used + element.Length;
            Invariant.Check(needed <= Array.MaxLength, "a set of more than 2 GB was used as an input");
            if (needed > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Min(Math.Max(_bytes.Length * 2L, needed), Array.MaxLength));
            element.CopyTo(_bytes.AsSpan((int)_used));
            _used = needed;
            _ends[Count++] = needed;
            return true;
        }

        public void Clear()
        {
            if (_bytes.Length > BytesKeptMax || _ends.Length > BytesKeptMax / sizeof(long))
            {
                _bytes = new byte[1024];
                _ends = new long[64];
            }

            _used = Count = 0;
        }
    }
}

/// <summary>Receives the members of an input.</summary>
internal interface IMemberVisitor
{
    /// <summary>One member. Borrowed for this call.</summary>
    /// <returns>False: no more.</returns>
    bool Visit(ref CommandContext call, scoped ReadOnlySpan<byte> member, double score);
}
