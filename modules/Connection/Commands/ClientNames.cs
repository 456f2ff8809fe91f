using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Connection.Commands;

/// <summary>What a client may call itself and its library: printable ASCII without spaces, so that CLIENT LIST stays readable.</summary>
internal static class ClientNames
{
    /// <summary>Whether the text may stand in a line of CLIENT LIST.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0;

    /// <summary>Sets the connection's name; an empty one takes it away.</summary>
    /// <returns>False: refused, and the error is written.</returns>
    public static bool TrySet(Client client, ReadOnlySpan<byte> name, ReplyWriter reply)
    {
        if (!IsValid(name))
        {
            reply.Error("ERR Client names cannot contain spaces, newlines or special characters."u8);
            return false;
        }

        client.Name = Encoding.ASCII.GetString(name);
        return true;
    }
}
