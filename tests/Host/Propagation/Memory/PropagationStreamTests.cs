using System.Text;
using ModularKv.Abstractions;
using ModularKv.Host.Propagation.Memory;
using ModularKv.Host.Tests.Commands.Memory;
using ModularKv.Host.Tests.Networking.Memory;
using ModularKv.Host.Tests.Protocol;

namespace ModularKv.Host.Tests.Propagation.Memory;

public sealed class PropagationStreamTests
{
    private sealed class Recorder : PropagationSubscriber
    {
        public List<string> Lines { get; } = [];

        public long Bytes { get; private set; }

        public override void Append(int database, ReadOnlySpan<byte> encoded, long nowMs)
        {
            Bytes += encoded.Length;
            (List<byte[][]> commands, _) = ReferenceParser.Parse(encoded, long.MaxValue);
            Lines.Add($"{database}: {string.Join(' ', Assert.Single(commands).Select(Encoding.Latin1.GetString))}");
        }

        public override void EndOfBatch() => Lines.Add("end");
    }

    [Fact]
    public void One_effect_stands_alone_and_several_stand_between_multi_and_exec()
    {
        var stream = new PropagationStream(new StillClock());
        var first = new Recorder();
        var second = new Recorder();
        using IDisposable one = stream.Subscribe(first);
        IDisposable two = stream.Subscribe(second);
        using var set = new ArgumentBlock("SET", "k", "a\r\nb");
        stream.Add(3, set.List);
        Assert.Empty(first.Lines);
        stream.EndUnit();
        stream.Add(0, set.List);
        stream.Append(1).Add("SREM"u8).Add("s"u8).Add(-42).Send();
        stream.Append(2).Add("DEL"u8).Send();
        Assert.Equal(3, stream.UnitCount);
        stream.EndUnit();
        stream.EndUnit();
        stream.EndBatch();
        stream.EndBatch();
        Assert.Equal(["3: SET k a\r\nb", "0: MULTI", "0: SET k a\r\nb", "1: SREM s -42", "2: DEL", "0: EXEC", "end"], first.Lines);
        Assert.Equal(first.Lines, second.Lines);
        Assert.Equal(first.Bytes, stream.Offset);
        two.Dispose();
        stream.Add(0, set.List);
        stream.EndUnit();
        Assert.Equal(8, first.Lines.Count);
        Assert.Equal(7, second.Lines.Count);
    }

    [Fact]
    public void Nothing_is_encoded_when_nobody_listens()
    {
        var stream = new PropagationStream(new StillClock());
        using var set = new ArgumentBlock("SET", "k", "v");
        stream.Add(0, set.List);
        stream.Append(0).Add("DEL"u8).Add("k"u8).Send();
        stream.EndUnit();
        Assert.False(stream.Active);
        Assert.Equal(0, stream.Offset);
        var late = new Recorder();
        using IDisposable subscription = stream.Subscribe(late);
        stream.EndUnit();
        stream.EndBatch();
        Assert.Empty(late.Lines);
    }

    [Fact]
    public void Long_and_many_arguments_arrive_whole()
    {
        var random = new Random(8);
        var stream = new PropagationStream(new StillClock());
        var recorder = new Recorder();
        using IDisposable subscription = stream.Subscribe(recorder);
        List<string> expected = [];
        for (int i = 0; i < 200; i++)
        {
            string[] words = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => new string('x', random.Next(2000)))];
            EffectBuilder effect = stream.Append(i);
            foreach (string word in words) effect.Add(Encoding.Latin1.GetBytes(word));
            effect.Send();
            stream.EndUnit();
            expected.Add($"{i}: {string.Join(' ', words)}");
        }

        stream.EndBatch();
        Assert.Equal([.. expected, "end"], recorder.Lines);
    }
}
