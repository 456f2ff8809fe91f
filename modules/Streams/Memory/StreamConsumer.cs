using ModularKv.Abstractions.Collections;

namespace ModularKv.Streams.Memory;

/// <summary>A consumer of a group, in a block of its own. Valid until it is removed.</summary>
internal readonly unsafe struct StreamConsumer : IEquatable<StreamConsumer>
{
    /// <summary>Active time of a consumer that never got an entry.</summary>
    public const long NeverActive = -1;

    private readonly Data* _data;

    public StreamConsumer(nint address) => _data = (Data*)address;

    /// <summary>Where it is; 0: there is none.</summary>
    public nint Address => (nint)_data;

    /// <summary>Whether there is none.</summary>
    public bool IsMissing => _data == null;

    /// <summary>Its name.</summary>
    public ReadOnlySpan<byte> Name => NamedBlock.NameOf((nint)_data);

    /// <summary>Its number in the group, by which pending entries name it.</summary>
    public int Number => _data->Number;

    /// <summary>Unix milliseconds of the last command that named it.</summary>
    public long SeenMs
    {
        get => _data->SeenMs;
        set => _data->SeenMs = value;
    }

    /// <summary>Unix milliseconds of the last entry that it got; <see cref="NeverActive"/>.</summary>
    public long ActiveMs
    {
        get => _data->ActiveMs;
        set => _data->ActiveMs = value;
    }

    /// <summary>The ids of its pending entries; what else there is to know stands in the group's tree.</summary>
    public ref OrderedTree Pending => ref _data->Pending;

    public static bool operator ==(StreamConsumer left, StreamConsumer right) => left._data == right._data;

    public static bool operator !=(StreamConsumer left, StreamConsumer right) => left._data != right._data;

    public bool Equals(StreamConsumer other) => _data == other._data;

    public override bool Equals(object? obj) => obj is StreamConsumer other && Equals(other);

    public override int GetHashCode() => ((nint)_data).GetHashCode();

    /// <summary>What its block holds before the name.</summary>
    internal struct Data
    {
        public NamedBlock Head;
        public int Number;
        public long SeenMs;
        public long ActiveMs;
        public OrderedTree Pending;
    }
}
