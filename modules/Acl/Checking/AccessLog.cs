using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Acl.Users;

namespace ModularKv.Acl.Checking;

/// <summary>ACL LOG: what was refused, to whom, how often. The latest first.</summary>
/// <param name="server">For the time, the statistics and the description of clients.</param>
/// <param name="lengthMax">acllog-max-len.</param>
internal sealed class AccessLog(IServer server, IntegerParameter lengthMax)
{
    /// <summary>Entries of the same kind within this time are one.</summary>
    private const long GroupedWithinMs = 60_000;

    /// <summary>Entries looked at to find one of the same kind.</summary>
    private const int LookedAtMax = 10;

    private readonly LinkedList<AccessEntry> _entries = new();

    /// <summary>The entries, the latest first.</summary>
    public IReadOnlyCollection<AccessEntry> Entries => _entries;

    /// <summary>Forgets all.</summary>
    public void Clear() => _entries.Clear();

    /// <summary>Notes a refused command.</summary>
    public void NoteRefusal(
        Client client, AclUser user, Denial denial, Command command, ArgumentList arguments, int position, CallOrigin origin)
    {
        ServerStatistics statistics = server.Statistics;
        if (denial == Denial.Key) statistics.UnauthorizedKeys++;
        else if (denial == Denial.Channel) statistics.UnauthorizedChannels++;
        else statistics.UnauthorizedCommands++;
        byte[] about = denial == Denial.Command ? ConfigurationText.Encode(command.FullName) : arguments[position].ToArray();
        Note(client, denial, ContextOf(client, origin), about, user.Name);
    }

    /// <summary>Notes a failed login.</summary>
    /// <param name="client">Who tried.</param>
    /// <param name="user">As whom.</param>
    /// <param name="command">The command's name as it came.</param>
    public void NoteLogin(Client client, ReadOnlySpan<byte> user, ReadOnlySpan<byte> command)
    {
        server.Statistics.UnauthorizedAuth++;
        Note(client, Denial.Login, ContextOf(client, CallOrigin.Client), command.ToArray(), user.ToArray());
    }

    private static string ContextOf(Client client, CallOrigin origin) => origin switch
    {
        CallOrigin.Client => (client.Flags & ClientFlags.Multi) != 0 ? "multi" : "toplevel",
        CallOrigin.Queue => "multi",
        CallOrigin.Script => "lua",
        _ => "module",
    };

    private void Note(Client client, Denial denial, string context, byte[] about, byte[] user)
    {
        var entry = new AccessEntry(denial, context, about, user)
        {
            UpdatedAtMs = server.Clock.UnixMs,
            Client = server.Find<IClientListing>()?.Describe(client) ?? $"id={client.Id} addr={client.Address}",
        };
        LinkedListNode<AccessEntry>? node = _entries.First;
        for (int i = 0; i < LookedAtMax && node is not null; i++, node = node.Next)
        {
            AccessEntry present = node.Value;
            if (!present.IsLike(entry) || Math.Abs(entry.UpdatedAtMs - present.UpdatedAtMs) > GroupedWithinMs) continue;
            present.Count++;
            present.UpdatedAtMs = entry.UpdatedAtMs;
            present.Client = entry.Client;
            _entries.Remove(node);
            _entries.AddFirst(node);
            return;
        }

        _entries.AddFirst(entry);
        while (_entries.Count > lengthMax.Value) _entries.RemoveLast();
    }
}

/// <summary>A kind of refusal.</summary>
/// <param name="Denial">Why.</param>
/// <param name="Context">"toplevel", "multi", "lua" or "module".</param>
/// <param name="About">The command's, key's or channel's name.</param>
/// <param name="User">Who was refused.</param>
internal sealed record AccessEntry(Denial Denial, string Context, byte[] About, byte[] User)
{
    /// <summary>How often.</summary>
    public long Count { get; set; } = 1;

    /// <summary>When last, Unix time in milliseconds.</summary>
    public long UpdatedAtMs { get; set; }

    /// <summary>The last client, as CLIENT LIST shows it.</summary>
    public string Client { get; set; } = "";

    /// <summary>ACL LOG's word for the reason.</summary>
    public string Reason => Denial switch
    {
        Denial.Command => "command",
        Denial.Key => "key",
        Denial.Channel => "channel",
        _ => "auth",
    };

    /// <summary>Whether another one is of the same kind.</summary>
    public bool IsLike(AccessEntry other) => Denial == other.Denial && Context == other.Context
        && About.AsSpan().SequenceEqual(other.About) && User.AsSpan().SequenceEqual(other.User);
}
