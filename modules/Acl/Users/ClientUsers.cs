using ModularKv.Abstractions;
using ModularKv.Acl.Rules;

namespace ModularKv.Acl.Users;

/// <summary>Which connection is which user, and what a change of the user means for it.</summary>
internal sealed class ClientUsers(IServer server, UserTable users)
{
    /// <summary>Makes a client a user.</summary>
    public void Become(Client client, AclUser user, bool isAuthenticated)
    {
        client.User = user.Text;
        client.Rights = user.HasAllRights ? null : users.RightsOf(user);
        client.IsAuthenticated = isAuthenticated;
    }

    /// <summary>A user's rights have changed: its clients are asked, or no longer.</summary>
    public void Update(AclUser user)
    {
        foreach (Client client in Of(user)) client.Rights = user.HasAllRights ? null : users.RightsOf(user);
        if (user != users.Default || !user.IsEnabled || !user.NeedsNoPassword) return;

        // Who connected while a password was needed is let in now.
        foreach (Client client in Of(user)) client.IsAuthenticated = true;
    }

    /// <summary>Ends the connections of a user that is no more. Source: ACLFreeUserAndKillClients.</summary>
    public void Kill(AclUser user, Client? caller)
    {
        foreach (Client client in Of(user))
        {
            // It may live until the end of this iteration: as nobody.
            Become(client, users.Default, false);
            client.Close(afterReplies: client == caller);
        }

        user.Disarm();
    }

    /// <summary>Ends the subscribers among a user's clients that would lose a channel. Source: ACLKillPubsubClientsIfNeeded.</summary>
    /// <param name="user">The user as it is.</param>
    /// <param name="future">The user as it will be.</param>
    /// <param name="caller">Gets its reply first.</param>
    public void KillSubscribers(AclUser user, AclUser future, Client? caller)
    {
        if (future.Selectors.Any(selector => selector.AllChannels)) return;
        List<KeyPattern> channels = [.. future.Selectors.SelectMany(selector => selector.Channels)];
        bool losesAny = user.Selectors.Any(selector => selector.AllChannels
            || selector.Channels.Any(old => !channels.Exists(kept => kept.Pattern.AsSpan().SequenceEqual(old.Pattern))));
        if (!losesAny || server.Find<IPublisher>() is not { } publisher) return;
        foreach (Client client in Of(user))
        {
            if ((client.Flags & ClientFlags.PubSub) == 0) continue;
            if (publisher.SubscriptionsOf(client).All(subscribed => IsCovered(channels, subscribed))) continue;
            client.Close(afterReplies: client == caller);
        }
    }

    private static bool IsCovered(List<KeyPattern> channels, SubscribedName subscribed)
        => channels.Exists(channel => subscribed.IsPattern
            ? channel.Pattern.AsSpan().SequenceEqual(subscribed.Name)
            : channel.Matches(subscribed.Name));

    private List<Client> Of(AclUser user)
        => [.. server.Clients.All.Where(client => client.User == user.Text && (client.Flags & ClientFlags.Master) == 0)];
}
