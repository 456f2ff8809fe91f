using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Propagation.Memory;

/// <summary>
/// Collects the effects of one execution, encoded, and hands them to the subscribers when it ends; several stand between MULTI and
/// EXEC.
/// </summary>
internal sealed unsafe class PropagationStream : IPropagation
{
    private readonly IClock _clock;
    private readonly List<Effect> _unit = [];
    private readonly Builder _builder;
    private PropagationSubscriber[] _subscribers = [];
    private byte* _bytes;
    private int _length;
    private int _capacity;
    private bool _appended;

    public PropagationStream(IClock clock)
    {
        _clock = clock;
        _builder = new Builder(this);
    }

    /// <inheritdoc/>
    public bool Active => _subscribers.Length > 0;

    /// <inheritdoc/>
    public long Offset { get; private set; }

    /// <summary>Told of what a subscriber threw; the stream goes on for the others.</summary>
    public Action<PropagationSubscriber, Exception> Fault { get; set; } = (_, _) => { };

    /// <summary>Adds a subscriber. Dispose to take it out.</summary>
    public IDisposable Subscribe(PropagationSubscriber subscriber)
    {
        _subscribers = [.. _subscribers, subscriber];
        return new Undo(() => _subscribers = [.. _subscribers.Where(s => s != subscriber)]);
    }

    /// <summary>Number of effects of the present unit.</summary>
    public int UnitCount => _unit.Count;

    /// <inheritdoc/>
    public EffectBuilder Append(int database) => _builder.Begin(database, EffectAudience.All);

    /// <summary>Puts a command into the stream that is for some of its subscribers.</summary>
    public EffectBuilder Append(int database, EffectAudience audience) => _builder.Begin(database, audience);

    /// <summary>Adds a command as it came.</summary>
    public void Add(int database, ArgumentList arguments, EffectAudience audience = EffectAudience.All)
    {
        if (!Active || audience == EffectAudience.None) return;
        int start = _length;
        Number((byte)'*', arguments.Count);
        for (int i = 0; i < arguments.Count; i++) Bulk(arguments[i]);
        _unit.Add(new Effect(database, start, _length, audience));
    }

    /// <inheritdoc/>
    public void EndUnit()
    {
        if (_unit.Count == 0) return;
        bool wrap = _unit.Count > 1;
        int database = _unit[0].Database;
        if (wrap) Deliver(database, "*1\r\n$5\r\nMULTI\r\n"u8, EffectAudience.All);
        foreach (Effect effect in _unit)
        {
            Deliver(effect.Database, new ReadOnlySpan<byte>(_bytes + effect.Start, effect.End - effect.Start), effect.Audience);
        }

        if (wrap) Deliver(database, "*1\r\n$4\r\nEXEC\r\n"u8, EffectAudience.All);
        _unit.Clear();
        _length = 0;
        _appended = true;
    }

    private void Deliver(int database, ReadOnlySpan<byte> encoded, EffectAudience audience)
    {
        Offset += encoded.Length;
        foreach (PropagationSubscriber subscriber in _subscribers)
        {
            if ((audience & (subscriber.IsLog ? EffectAudience.Logs : EffectAudience.Replicas)) == 0) continue;
            try
            {
                subscriber.Append(database, encoded, _clock.UnixMs);
            }
            catch (Exception e) when (e is not InvariantException { IsKernel: true })
            {
                Fault(subscriber, e);
            }
        }
    }

    /// <summary>Lets subscribers write, before replies go out.</summary>
    public void EndBatch()
    {
        if (!_appended) return;
        _appended = false;
        foreach (PropagationSubscriber subscriber in _subscribers)
        {
            try
            {
                subscriber.EndOfBatch();
            }
            catch (Exception e) when (e is not InvariantException { IsKernel: true })
            {
                Fault(subscriber, e);
            }
        }
    }

    private void Reserve(int more)
    {
        if (_capacity - _length >= more) return;
        _capacity = Math.Max(_capacity * 2, _length + more + 256);
        _bytes = (byte*)NativeMemory.Realloc(_bytes, (nuint)_capacity);
    }

    private void Number(byte mark, long number)
    {
        Reserve(32);
        _bytes[_length++] = mark;
        _length += NumberText.Write(new Span<byte>(_bytes + _length, 24), number);
        _bytes[_length++] = (byte)'\r';
        _bytes[_length++] = (byte)'\n';
    }

    private void Bulk(ReadOnlySpan<byte> bytes)
    {
        Number((byte)'$', bytes.Length);
        Reserve(bytes.Length + 2);
        bytes.CopyTo(new Span<byte>(_bytes + _length, bytes.Length));
        _length += bytes.Length;
        _bytes[_length++] = (byte)'\r';
        _bytes[_length++] = (byte)'\n';
    }

    /// <summary>One command of the unit: where its bytes stand.</summary>
    private readonly record struct Effect(int Database, int Start, int End, EffectAudience Audience);

    /// <summary>Collects the arguments first, because their number stands in front of them.</summary>
    private sealed class Builder(PropagationStream stream) : EffectBuilder
    {
        private readonly List<(int Start, int Length)> _arguments = [];
        private byte[] _content = new byte[256];
        private int _used;
        private int _database;
        private EffectAudience _audience;

        public Builder Begin(int database, EffectAudience audience)
        {
            _database = database;
            _audience = audience;
            _arguments.Clear();
            _used = 0;
            return this;
        }

        public override EffectBuilder Add(ReadOnlySpan<byte> argument)
        {
            if (!stream.Active) return this;
            int needed = _used + argument.Length;
            if (needed > _content.Length) Array.Resize(ref _content, Math.Max(_content.Length * 2, needed));
            argument.CopyTo(_content.AsSpan(_used));
            _arguments.Add((_used, argument.Length));
            _used += argument.Length;
            return this;
        }

        public override EffectBuilder Add(long argument)
        {
            Span<byte> text = stackalloc byte[24];
            return Add(text[..NumberText.Write(text, argument)]);
        }

        public override void Send()
        {
            if (!stream.Active || _arguments.Count == 0 || _audience == EffectAudience.None) return;
            int start = stream._length;
            stream.Number((byte)'*', _arguments.Count);
            foreach ((int at, int length) in _arguments) stream.Bulk(_content.AsSpan(at, length));
            stream._unit.Add(new Effect(_database, start, stream._length, _audience));
        }
    }
}

/// <summary>Who gets an effect.</summary>
[Flags]
internal enum EffectAudience
{
    None = 0,

    /// <summary>Logs of the data.</summary>
    Logs = 1,

    /// <summary>Everybody else.</summary>
    Replicas = 2,
    All = Logs | Replicas,
}
