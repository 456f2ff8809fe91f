using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.SortedSets.Encodings;
using ModularKv.SortedSets.Memory;

namespace ModularKv.SortedSets.Commands;

/// <summary>ZUNION, ZINTER, ZDIFF, each with STORE, and ZINTERCARD. Source: zunionInterDiffGenericCommand.</summary>
internal sealed class AlgebraCommands(SortedSetStore store)
{
    private readonly SetInputs _inputs = new(store.Type);
    private readonly ScoredMembers _members = new(store.Memory);

    private enum Operation
    {
        Union,
        Intersection,
        Difference,
    }

    /// <summary>ZUNION numkeys key [key ...] [WEIGHTS weight ...] [AGGREGATE SUM|MIN|MAX] [WITHSCORES].
    /// Source: redis.io/commands/zunion.</summary>
    public void Union(ref CommandContext call) => Reply(ref call, Operation.Union);

    /// <summary>ZINTER numkeys key [key ...] [WEIGHTS weight ...] [AGGREGATE SUM|MIN|MAX] [WITHSCORES].
    /// Source: redis.io/commands/zinter.</summary>
    public void Intersect(ref CommandContext call) => Reply(ref call, Operation.Intersection);

    /// <summary>ZDIFF numkeys key [key ...] [WITHSCORES]. Source: redis.io/commands/zdiff.</summary>
    public void Difference(ref CommandContext call) => Reply(ref call, Operation.Difference);

    /// <summary>ZUNIONSTORE destination numkeys key [key ...] …. Source: redis.io/commands/zunionstore.</summary>
    public void StoreUnion(ref CommandContext call) => Store(ref call, Operation.Union, "zunionstore"u8);

    /// <summary>ZINTERSTORE destination numkeys key [key ...] …. Source: redis.io/commands/zinterstore.</summary>
    public void StoreIntersection(ref CommandContext call) => Store(ref call, Operation.Intersection, "zinterstore"u8);

    /// <summary>ZDIFFSTORE destination numkeys key [key ...]. Source: redis.io/commands/zdiffstore.</summary>
    public void StoreDifference(ref CommandContext call) => Store(ref call, Operation.Difference, "zdiffstore"u8);

    /// <summary>ZINTERCARD numkeys key [key ...] [LIMIT limit]. Source: redis.io/commands/zintercard.</summary>
    public void CountIntersection(ref CommandContext call)
    {
        if (!_inputs.TryOpen(ref call, 1) || !TryReadLimit(ref call, out long limit)) return;
        _inputs.SortByCount();
        var counter = new IntersectionCounter(_inputs, limit);
        if (_inputs.CountOf(0) > 0) _inputs.ForEach(ref call, 0, ref counter);
        call.Reply.Integer(counter.Count);
    }

    private void Reply(ref CommandContext call, Operation operation)
    {
        if (!_inputs.TryOpen(ref call, 1) || !TryReadOptions(ref call, operation, mayReturn: true, out Options options)) return;
        try
        {
            Collect(ref call, operation, options);
            bool flat = options.WithScores && call.Reply.Protocol == 2;
            call.Reply.Array(flat ? _members.Count * 2L : _members.Count);
            for (int i = 0; i < _members.Count; i++)
            {
                ReadOnlySpan<byte> member = _members.At(i, out double score, out _);
                if (options.WithScores && !flat) call.Reply.Array(2);
                call.Reply.Bulk(member);
                if (options.WithScores) call.Reply.Double(score);
            }
        }
        finally
        {
            _members.Clear();
        }
    }

    private void Store(ref CommandContext call, Operation operation, ReadOnlySpan<byte> eventName)
    {
        if (!_inputs.TryOpen(ref call, 2) || !TryReadOptions(ref call, operation, mayReturn: false, out Options options)) return;
        TreeSet built;
        try
        {
            Collect(ref call, operation, options);
            built = _members.Build();
        }
        finally
        {
            _members.Clear();
        }

        RangeCommands.StoreResult(ref call, store, ref built, eventName);
    }

    private void Collect(ref CommandContext call, Operation operation, Options options)
    {
        if (operation == Operation.Difference)
        {
            var difference = new DifferenceCollector(_inputs, _members);
            _inputs.ForEach(ref call, 0, ref difference);
        }
        else
        {
            // From the smallest to the largest: so sums are added up in Redis's order.
            _inputs.SortByCount();
            if (operation == Operation.Union)
            {
                for (int i = 0; i < _inputs.Count; i++)
                {
                    var union = new UnionCollector(_members, _inputs.WeightOf(i), options.Aggregate);
                    _inputs.ForEach(ref call, i, ref union);
                }
            }
            else if (_inputs.CountOf(0) > 0)
            {
                var intersection = new IntersectionCollector(_inputs, _members, options.Aggregate);
                _inputs.ForEach(ref call, 0, ref intersection);
            }
        }

        _members.Sort();
    }

    private readonly record struct Options(Aggregate Aggregate, bool WithScores);

    private bool TryReadLimit(ref CommandContext call, out long limit)
    {
        limit = 0;
        for (int i = _inputs.OptionsAt; i < call.ArgumentCount; i += 2)
        {
            if (i + 1 == call.ArgumentCount || !call.ArgumentIs(i, "limit"u8))
            {
                call.Reply.SyntaxError();
                return false;
            }

            if (NumberText.TryParse(call.Argument(i + 1), out limit) && limit >= 0) continue;
            call.Reply.Error("ERR LIMIT can't be negative"u8);
            return false;
        }

        return true;
    }

    private bool TryReadOptions(ref CommandContext call, Operation operation, bool mayReturn, out Options options)
    {
        options = default;
        bool mayAggregate = operation != Operation.Difference;
        for (int i = _inputs.OptionsAt; i < call.ArgumentCount; i++)
        {
            int left = call.ArgumentCount - i;
            if (mayAggregate && left >= _inputs.Count + 1 && call.ArgumentIs(i, "weights"u8))
            {
                if (!_inputs.TryReadWeights(ref call, i + 1)) return false;
                i += _inputs.Count;
            }
            else if (mayAggregate && left >= 2 && call.ArgumentIs(i, "aggregate"u8)
                && TryReadAggregate(ref call, i + 1, out Aggregate aggregate))
            {
                options = options with { Aggregate = aggregate };
                i++;
            }
            else if (mayReturn && call.ArgumentIs(i, "withscores"u8))
            {
                options = options with { WithScores = true };
            }
            else
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        return true;
    }

    private static bool TryReadAggregate(ref CommandContext call, int index, out Aggregate aggregate)
    {
        aggregate = Aggregate.Sum;
        if (call.ArgumentIs(index, "sum"u8)) return true;
        aggregate = Aggregate.Min;
        if (call.ArgumentIs(index, "min"u8)) return true;
        aggregate = Aggregate.Max;
        return call.ArgumentIs(index, "max"u8);
    }

    private readonly struct UnionCollector(ScoredMembers members, double weight, Aggregate aggregate) : IMemberVisitor
    {
        public bool Visit(ref CommandContext call, scoped ReadOnlySpan<byte> member, double score)
        {
            score = Aggregation.Weigh(score, weight);
            ref double sum = ref members.Put(member, KeyHash.Compute(member), out bool added);
            sum = added ? score : Aggregation.Combine(sum, score, aggregate);
            return true;
        }
    }

    private readonly struct IntersectionCollector(SetInputs inputs, ScoredMembers members, Aggregate aggregate) : IMemberVisitor
    {
        public bool Visit(ref CommandContext call, scoped ReadOnlySpan<byte> member, double score)
        {
            ulong hash = KeyHash.Compute(member);
            double sum = Aggregation.Weigh(score, inputs.WeightOf(0));
            for (int i = 1; i < inputs.Count; i++)
            {
                if (!inputs.TryGetScore(ref call, i, member, hash, out double other)) return true;
                sum = Aggregation.Combine(sum, other * inputs.WeightOf(i), aggregate);
            }

            members.Append(member, hash) = sum;
            return true;
        }
    }

    private readonly struct DifferenceCollector(SetInputs inputs, ScoredMembers members) : IMemberVisitor
    {
        public bool Visit(ref CommandContext call, scoped ReadOnlySpan<byte> member, double score)
        {
            ulong hash = KeyHash.Compute(member);
            for (int i = 1; i < inputs.Count; i++)
            {
                if (inputs.TryGetScore(ref call, i, member, hash, out _)) return true;
            }

            members.Append(member, hash) = score;
            return true;
        }
    }

    private struct IntersectionCounter(SetInputs inputs, long limit) : IMemberVisitor
    {
        public long Count { get; private set; }

        public bool Visit(ref CommandContext call, scoped ReadOnlySpan<byte> member, double score)
        {
            ulong hash = KeyHash.Compute(member);
            for (int i = 1; i < inputs.Count; i++)
            {
                if (!inputs.TryGetScore(ref call, i, member, hash, out _)) return true;
            }

            Count++;
            return Count != limit;
        }
    }
}

/// <summary>AGGREGATE of ZUNION and ZINTER.</summary>
internal enum Aggregate
{
    Sum,
    Min,
    Max,
}

/// <summary>Sums of scores with Redis's rule for what is not a number: it is 0. Source: zunionInterAggregate.</summary>
internal static class Aggregation
{
    public static double Weigh(double score, double weight)
    {
        double product = weight * score;
        return double.IsNaN(product) ? 0 : product;
    }

    public static double Combine(double one, double other, Aggregate aggregate)
    {
        if (aggregate == Aggregate.Min) return other < one ? other : one;
        if (aggregate == Aggregate.Max) return other > one ? other : one;
        double sum = one + other;
        return double.IsNaN(sum) ? 0 : sum;
    }
}
