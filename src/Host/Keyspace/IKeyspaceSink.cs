using ModularKv.Abstractions;

namespace ModularKv.Host.Keyspace;

/// <summary>What the keyspace tells the rest of the server: only what happens without a command that would state it.</summary>
/// <remarks>Called on the loop thread. Must not write to the database.</remarks>
internal interface IKeyspaceSink
{
    /// <summary>An expired key was removed: propagate DEL or UNLINK, tell WATCH and tracking, send "expired".</summary>
    /// <param name="database">The database.</param>
    /// <param name="key">The key; borrowed for this call.</param>
    /// <param name="lazy">lazyfree-lazy-expire is set: UNLINK.</param>
    void Expired(Database database, scoped in KeyRef key, bool lazy);

    /// <summary>A read found nothing. Only called while <see cref="KeyspaceState.WantsEvents"/> is set.</summary>
    void Missed(Database database, scoped in KeyRef key);

    /// <summary>A key came into being. Only called while <see cref="KeyspaceState.WantsEvents"/> is set.</summary>
    void Added(Database database, scoped in KeyRef key);
}
