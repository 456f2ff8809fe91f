using ModularKv.Abstractions;

namespace ModularKv.Connection.Commands;

/// <summary>The client types of CLIENT LIST TYPE and CLIENT KILL TYPE. Source: getClientTypeByName.</summary>
internal static class ClientTypes
{
    /// <summary>Finds a type by its name, any case; "slave" is the old name of a replica.</summary>
    public static bool TryFind(ReadOnlySpan<byte> name, out ClientClass type)
    {
        type = ClientClass.Normal;
        if (Words.EqualsIgnoreCase(name, "normal"u8)) return true;
        if (Words.EqualsIgnoreCase(name, "replica"u8) || Words.EqualsIgnoreCase(name, "slave"u8)) type = ClientClass.Replica;
        else if (Words.EqualsIgnoreCase(name, "pubsub"u8)) type = ClientClass.PubSub;
        else if (Words.EqualsIgnoreCase(name, "master"u8)) type = ClientClass.Master;
        else return false;
        return true;
    }

    /// <summary>The type of a client: what it does, not which limit applies (a MONITOR client is a normal one).</summary>
    public static ClientClass Of(Client client)
    {
        if (client.Flags.HasFlag(ClientFlags.Master)) return ClientClass.Master;
        if (client.Flags.HasFlag(ClientFlags.Replica) && !client.Flags.HasFlag(ClientFlags.Monitor)) return ClientClass.Replica;
        return client.Flags.HasFlag(ClientFlags.PubSub) ? ClientClass.PubSub : ClientClass.Normal;
    }
}
