using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>Receives records from a walk over a <see cref="KeyTable"/>. A struct, so that the call is direct.</summary>
internal unsafe interface IRecordVisitor
{
    /// <summary>One record, still the table's. The table must not change before the walk's call has returned.</summary>
    void Visit(Record* record);
}
