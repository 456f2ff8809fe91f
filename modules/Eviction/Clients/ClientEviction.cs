using ModularKv.Abstractions;

namespace ModularKv.Eviction.Clients;

/// <summary>Ends clients while all of them together take too much. Source: evictClients in networking.c.</summary>
internal sealed class ClientEviction(IClients clients, EvictionSettings settings)
{
    /// <summary>Tells the server the limit.</summary>
    public void Adjust() => clients.MemoryBytesMax = settings.ClientBytesMax;

    /// <summary>Ends the largest ones until the others are within the limit, or none is left that may be ended.</summary>
    public void Cut()
    {
        long limit = clients.MemoryBytesMax;
        if (limit == 0) return;
        while (clients.MemoryBytes(ClientClass.Normal) + clients.MemoryBytes(ClientClass.PubSub) > limit)
        {
            if (clients.LargestEvictable is not { } largest) return;
            clients.Evict(largest);
        }
    }
}
