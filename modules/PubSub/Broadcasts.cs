using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.PubSub.Topics;

namespace ModularKv.PubSub;

/// <summary>
/// The broadcasts of the topics published to last. One for each topic, because its subscribers' outputs can share bytes only where those
/// follow on each other.
/// </summary>
internal sealed class Broadcasts(MemoryOwner memory) : IDisposable
{
    /// <summary>Topics that have a broadcast at a time; each takes up to 128 KB.</summary>
    private const int TopicsMax = 16;

    private readonly BroadcastPool _pool = new(memory);
    private readonly Topic?[] _topics = new Topic?[TopicsMax];
    private readonly Pair[] _pairs = new Pair[TopicsMax];
    private int _last;
    private int _next;

    /// <summary>The topic's broadcasts. Those of the topic that has had its own for longest go to it when it has none.</summary>
    public Pair Of(Topic topic)
    {
        if (_topics[_last] == topic) return _pairs[_last];
        int at = Array.IndexOf(_topics, topic);
        if (at < 0)
        {
            at = _next;
            _next = (_next + 1) % TopicsMax;
            _pairs[at].Resp2?.Dispose();
            _pairs[at].Resp3?.Dispose();
            if (_pairs[at].Resp2 is null) _pairs[at] = new Pair(new Broadcast(_pool), new Broadcast(_pool));
            _topics[at] = topic;
        }

        _last = at;
        return _pairs[at];
    }

    /// <summary>Forgets a topic that is gone.</summary>
    public void Forget(Topic topic)
    {
        int at = Array.IndexOf(_topics, topic);
        if (at < 0) return;
        _topics[at] = null;
        _pairs[at].Resp2.Dispose();
        _pairs[at].Resp3.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Topic? topic in _topics)
        {
            if (topic is not null) Forget(topic);
        }

        _pool.Dispose();
    }

    /// <summary>A topic's messages in either protocol.</summary>
    public readonly record struct Pair(Broadcast Resp2, Broadcast Resp3);
}
