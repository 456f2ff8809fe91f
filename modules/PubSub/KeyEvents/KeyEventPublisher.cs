using ModularKv.Abstractions;
using ModularKv.PubSub.Topics;

namespace ModularKv.PubSub.KeyEvents;

/// <summary>
/// Publishes what happens to keys. It observes only while notify-keyspace-events asks for something and somebody is subscribed, so that
/// otherwise no command pays for it. Source: redis.io/docs/manual/keyspace-notifications.
/// </summary>
internal sealed class KeyEventPublisher : KeyObserver
{
    private readonly EventClassesParameter _classes;
    private readonly Subscriptions _subscriptions;
    private readonly Publisher _publisher;
    private byte[] _channel = new byte[256];

    public KeyEventPublisher(EventClassesParameter classes, Subscriptions subscriptions, Publisher publisher)
    {
        _classes = classes;
        _subscriptions = subscriptions;
        _publisher = publisher;
        subscriptions.ListenersChanged = Update;
        classes.Apply = () =>
        {
            Update();
            return null;
        };
    }

    /// <summary>Observes, or does not, as the parameter and the subscriptions say.</summary>
    public void Update()
    {
        KeyInterest wanted = _classes.IsOn && _subscriptions.HasListeners ? KeyInterest.Events : KeyInterest.None;
        if (Interest != wanted) Interest = wanted;
    }

    /// <inheritdoc/>
    public override void Happened(in KeyEvent happened)
    {
        if (happened.Name.IsEmpty || !_classes.Has(happened.Class)) return;
        ReadOnlySpan<byte> key = happened.Key.Bytes;
        int database = happened.Database.Index;
        if ((_classes.Value & EventClassesParameter.KeyspaceChannel) != 0)
        {
            _publisher.Publish(Channel("__keyspace@"u8, database, key), happened.Name);
        }

        if ((_classes.Value & EventClassesParameter.EventChannel) != 0)
        {
            _publisher.Publish(Channel("__keyevent@"u8, database, happened.Name), key);
        }
    }

    private ReadOnlySpan<byte> Channel(ReadOnlySpan<byte> prefix, int database, ReadOnlySpan<byte> subject)
    {
        int needed = prefix.Length + 24 + subject.Length;
        if (_channel.Length < needed) _channel = new byte[needed * 2L > Array.MaxLength ? needed : needed * 2];
        prefix.CopyTo(_channel);
        int at = prefix.Length;
        at += NumberText.Write(_channel.AsSpan(at), database);
        "__:"u8.CopyTo(_channel.AsSpan(at));
        at += 3;
        subject.CopyTo(_channel.AsSpan(at));
        return _channel.AsSpan(0, at + subject.Length);
    }
}
