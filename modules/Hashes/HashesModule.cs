using ModularKv.Abstractions;
using ModularKv.Hashes.Commands;
using ModularKv.Hashes.Expiry;
using ModularKv.Hashes.Tables;

namespace ModularKv.Hashes;

/// <summary>Hashes: the type, the commands of the group "hash", and fields that expire.</summary>
[Module("hashes", "1.0.0", ApiLevel.Current, Summary = "Hashes, their commands, and fields with a time to live")]
public sealed class HashesModule : IModule
{
    private HashType? _type;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        HashType type = new(HashLimits.Register(registry), registry.Memory);
        _type = type;
        type.Expiry.Server = registry.Server;
        type.Queue.Databases = registry.Server.Databases;
        registry.Type(type);
        registry.Provide<IFieldExpiry>(type.Expiry);
        registry.Observe(new ExpiryKeyObserver(type.Queue));
        registry.Observe(new ExpiryTimer(type.Expiry));

        FieldWrites writes = new(type);
        registry.Commands(FieldTable.Writing(writes, new FieldSetting(type, writes)));
        registry.Commands(FieldTable.Reading(new FieldReads(type), new FieldTaking(type)));
        registry.Commands(FieldTable.Listing(new FieldListing(type), new FieldSampling(type, registry.Memory)));
        registry.Commands(FieldTable.Counting(new FieldCounters(type)));
        FieldTimes times = new(type);
        registry.Commands(TimeTable.Setting(times));
        registry.Commands(TimeTable.Telling(times));
    }

    /// <inheritdoc/>
    public void Stop() => _type?.Queue.Dispose();
}
