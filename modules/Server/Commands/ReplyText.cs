using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>Strings of configuration and documentation in replies.</summary>
internal static class ReplyText
{
    /// <summary>A bulk string of text, as UTF-8.</summary>
    public static void Bulk(this ReplyWriter reply, string text)
    {
        const int OnStackMax = 512;
        if (text.Length * 3 > OnStackMax)
        {
            reply.Bulk(Encoding.UTF8.GetBytes(text));
            return;
        }

        Span<byte> bytes = stackalloc byte[OnStackMax];
        reply.Bulk(bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }
}
