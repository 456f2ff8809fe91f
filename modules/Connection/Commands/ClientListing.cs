using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Connection.Commands;

/// <summary>CLIENT LIST and CLIENT INFO.</summary>
internal sealed class ClientListing(IServer server) : IClientListing
{
    // Replies up to this size count as the client's own buffer (obl), what is above as blocks of the queue (oll, omem).
    private const int BlockBytes = 16 * 1024;

    private static readonly (ClientFlags Flag, char Letter)[] Letters =
    [
        (ClientFlags.Master, 'M'), (ClientFlags.PubSub, 'P'), (ClientFlags.Multi, 'x'), (ClientFlags.None, 'b'),
        (ClientFlags.Tracking, 't'), (ClientFlags.TrackingBroken, 'R'), (ClientFlags.TrackingBroadcast, 'B'),
        (ClientFlags.DirtyCas, 'd'), (ClientFlags.CloseAfterReply, 'c'), (ClientFlags.CloseNow, 'A'),
        (ClientFlags.UnixSocket, 'U'), (ClientFlags.ReadOnly, 'r'), (ClientFlags.NoEvict, 'e'), (ClientFlags.NoTouch, 'T'),
    ];

    /// <summary>CLIENT INFO. Source: redis.io/commands/client-info.</summary>
    public void Info(ref CommandContext call)
    {
        var text = new StringBuilder();
        AppendLine(text, call.Client, ref call);
        call.Reply.Verbatim("txt"u8, ConfigurationText.Encode(text.ToString()));
    }

    /// <summary>CLIENT LIST [TYPE type | ID id [id ...]]. Source: redis.io/commands/client-list.</summary>
    public void List(ref CommandContext call)
    {
        var text = new StringBuilder();
        if (call.ArgumentCount == 2)
        {
            foreach (Client client in server.Clients.All) AppendLine(text, client, ref call);
        }
        else if (call.ArgumentCount == 4 && call.ArgumentIs(2, "type"u8))
        {
            if (!ClientTypes.TryFind(call.Argument(3), out ClientClass type))
            {
                call.Reply.Error([.. "ERR Unknown client type '"u8, .. Words.Shown(call.Argument(3)), (byte)'\'']);
                return;
            }

            foreach (Client client in server.Clients.All)
            {
                if (ClientTypes.Of(client) == type) AppendLine(text, client, ref call);
            }
        }
        else if (call.ArgumentCount > 3 && call.ArgumentIs(2, "id"u8))
        {
            if (!AppendById(ref call, text)) return;
        }
        else
        {
            call.Reply.SyntaxError();
            return;
        }

        call.Reply.Verbatim("txt"u8, ConfigurationText.Encode(text.ToString()));
    }

    /// <inheritdoc/>
    public string Describe(Client client)
    {
        var text = new StringBuilder();
        AppendLine(text, client, server.Clock.UnixMs, (0, 0));
        return text.ToString(0, text.Length - 1);
    }

    private bool AppendById(ref CommandContext call, StringBuilder text)
    {
        for (int i = 3; i < call.ArgumentCount; i++)
        {
            if (!NumberText.TryParse(call.Argument(i), out long id))
            {
                call.Reply.Error("ERR Invalid client ID"u8);
                return false;
            }

            if (server.Clients.Find(id) is { } client) AppendLine(text, client, ref call);
        }

        return true;
    }

    /// <summary>One client as a line. Source: catClientInfoString.</summary>
    private static void AppendLine(StringBuilder text, Client client, ref CommandContext call)
        => AppendLine(text, client, call.NowMs, client == call.Client ? SizeOf(call.Arguments) : (0, 0));

    private static void AppendLine(StringBuilder text, Client client, long nowMs, (long WireBytes, long ArgumentBytes) running)
    {
        (long wireBytes, long argumentBytes) = running;
        long pending = client.Output.PendingBytes;
        long queued = Math.Max(0, pending - BlockBytes);
        long blocks = (queued + BlockBytes - 1) / BlockBytes;
        int held = pending > 0 ? BlockBytes : 0; // an idle client holds no buffer
        string events = client.Descriptor < 0 ? "" : queued > 0 ? "rw" : "r";
        text.Append(CultureInfo.InvariantCulture,
            $"id={client.Id} addr={client.Address} laddr={client.LocalAddress} fd={client.Descriptor} name={client.Name} ");
        text.Append(CultureInfo.InvariantCulture,
            $"age={Seconds(nowMs - client.ConnectedAtMs)} idle={Seconds(nowMs - client.LastActiveMs)} flags={FlagsOf(client)} ");
        text.Append(CultureInfo.InvariantCulture,
            $"db={client.Database} sub={client.ChannelCount} psub={client.PatternCount} ssub={client.ShardChannelCount} ");
        text.Append(CultureInfo.InvariantCulture,
            $"multi={client.QueuedCommands} qbuf={client.QueryBufferBytes + wireBytes} qbuf-free={client.QueryBufferFree} ");
        text.Append(CultureInfo.InvariantCulture,
            $"argv-mem={argumentBytes} multi-mem={client.QueuedBytes} rbs={held} rbp={Math.Min(pending, BlockBytes)} ");
        text.Append(CultureInfo.InvariantCulture,
            $"obl={pending - queued} oll={blocks} omem={blocks * BlockBytes} tot-mem={client.MemoryBytes} events={events} ");
        text.Append(CultureInfo.InvariantCulture, $"cmd={client.LastCommand?.FullName ?? "NULL"} ");
        text.Append(CultureInfo.InvariantCulture,
            $"user={client.User} redir={client.RedirectId} resp={client.Protocol} lib-name={client.LibraryName} ");
        text.Append(CultureInfo.InvariantCulture, $"lib-ver={client.LibraryVersion}\n");
    }

    /// <summary>Bytes of the running command, as an array of bulks and without their headers: it still lies in the shared input.</summary>
    private static (long Wire, long Arguments) SizeOf(ArgumentList arguments)
    {
        const int LineEnd = 2, TypeAndLineEnd = 3;
        long wire = TypeAndLineEnd + Digits(arguments.Count), content = 0;
        for (int i = 0; i < arguments.Count; i++)
        {
            int length = arguments[i].Length;
            content += length;
            wire += TypeAndLineEnd + Digits(length) + length + LineEnd;
        }

        return (wire, content);
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;

    private static long Seconds(long ms) => Math.Max(0, ms / 1000);

    private static string FlagsOf(Client client)
    {
        Span<char> letters = stackalloc char[Letters.Length + 1];
        int count = 0;
        if (client.Flags.HasFlag(ClientFlags.Monitor)) letters[count++] = 'O';
        else if (client.Flags.HasFlag(ClientFlags.Replica)) letters[count++] = 'S';
        foreach ((ClientFlags flag, char letter) in Letters)
        {
            bool isSet = flag == ClientFlags.None ? client.IsBlocked || client.IsPostponed : (client.Flags & flag) != 0;
            if (isSet) letters[count++] = letter;
        }

        return count == 0 ? "N" : letters[..count].ToString();
    }
}
