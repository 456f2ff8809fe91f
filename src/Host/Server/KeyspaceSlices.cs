namespace ModularKv.Host.Server;

/// <summary>Work on the keyspace that is done a slice per loop iteration, so that no command waits long for it.</summary>
internal sealed class KeyspaceSlices(Kernel kernel)
{
    /// <summary>Time of the snapshot walk per slice, microseconds.</summary>
    private const long SnapshotMicros = 500;

    /// <summary>Records moved per slice.</summary>
    private const int EvacuatedRecords = 200;

    private long _busyMicros;

    /// <summary>One slice of everything. True: call again without waiting.</summary>
    public bool Run()
    {
        bool more = false;
        if (kernel.Keyspace.LazyFree.HasWork) more |= kernel.Keyspace.LazyFree.Slice(kernel.Statistics.LoopMicros - _busyMicros);
        _busyMicros = kernel.Statistics.LoopMicros;
        if (kernel.Keyspace.Snapshots.HasWork) more |= kernel.Keyspace.Snapshots.Step(SnapshotMicros);
        more |= kernel.Evacuation.Step(EvacuatedRecords) > 0;
        more |= kernel.Defragmentation.Step();
        kernel.Expire.Fast();
        return more;
    }
}
