using ModularKv.Abstractions;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb;

/// <summary>Snapshots of the data set in RDB format, DUMP and RESTORE: the registration table.</summary>
[Module("rdb", "1.0.0", ApiLevel.Current, DependsOn = ["server"], Summary = "Snapshots of the data set in RDB format; DUMP and RESTORE")]
public sealed class RdbModule : IModule
{
    private readonly KeptAux _kept = new();

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
    }
}
