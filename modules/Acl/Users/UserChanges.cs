using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Acl.Rules;

namespace ModularKv.Acl.Users;

/// <summary>Changes of the table of users: each as a whole or not at all, and with what follows for the clients.</summary>
/// <param name="server">For the commands that rules name, and the log.</param>
/// <param name="users">The users.</param>
/// <param name="clients">Who is connected as whom.</param>
/// <param name="allChannels">Whether new selectors have all channels: acl-pubsub-default.</param>
internal sealed class UserChanges(IServer server, UserTable users, ClientUsers clients, Func<bool> allChannels)
{
    /// <summary>The rules for a change that begins now.</summary>
    public UserRules CreateRules(ILog? log = null)
        => new(new SelectorRules(new CommandIndex(server.Commands), log), allChannels());

    /// <summary>A user that is in no table yet.</summary>
    public AclUser CreateUser(byte[] name) => new(name, allChannels());

    /// <summary>ACL SETUSER: applies rules to a user, which is made when there is none of that name.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="arguments">The rules.</param>
    /// <param name="caller">Who asks; null: the server.</param>
    /// <returns>Null when done; otherwise what is wrong, and nothing was changed. Source: ACLStringSetUser.</returns>
    public byte[]? Set(byte[] name, IReadOnlyList<byte[]> arguments, Client? caller)
    {
        if (RuleArguments.Merge(arguments, out int open) is not { } merged)
        {
            return [.. "Unmatched parenthesis in acl selector starting at '"u8, .. Words.Shown(arguments[open]), .. "'."u8];
        }

        AclUser? user = users.Find(name);
        AclUser future = CreateUser(name);
        if (user is not null) future.Assume(user);
        UserRules rules = CreateRules(server.Log);
        foreach (byte[] rule in merged)
        {
            RuleError error = rules.Apply(future, rule);
            if (error == RuleError.None) continue;
            return
            [
                .. "Error in ACL SETUSER modifier '"u8, .. Words.Shown(rule), .. "': "u8, .. Encoding.ASCII.GetBytes(error.Text()),
            ];
        }

        if (user is not null) clients.KillSubscribers(user, future, caller);
        else users.Add(user = CreateUser(name));
        user.Assume(future);
        clients.Update(user);
        return null;
    }

    /// <summary>ACL DELUSER: deletes a user and ends its connections. False: there is none.</summary>
    public bool Delete(ReadOnlySpan<byte> name, Client? caller)
    {
        if (users.Find(name) is not { } user || user == users.Default) return false;
        users.Remove(user);
        clients.Kill(user, caller);
        return true;
    }

    /// <summary>
    /// Replaces all users. Connections of the old ones end, but for those of default, which keeps its connections and, where the new
    /// users have none, becomes what it is without configuration. Source: ACLLoadFromFile.
    /// </summary>
    public void Replace(IReadOnlyList<AclUser> fresh, Client? caller)
    {
        foreach (AclUser old in users.All.Where(user => user != users.Default).ToArray()) Delete(old.Name, caller);
        AclUser source = fresh.FirstOrDefault(user => user.Text == users.Default.Text) ?? UserTable.CreateDefault();
        users.Default.Assume(source);
        clients.Update(users.Default);
        foreach (AclUser one in fresh)
        {
            if (one.Text == users.Default.Text) continue;
            AclUser user = CreateUser(one.Name);
            user.Assume(one);
            users.Add(user);
        }
    }

    /// <summary>requirepass: the default user's only password; empty: none is needed. Source: ACLUpdateDefaultUserPassword.</summary>
    public void SetDefaultPassword(string password)
    {
        users.Default.ResetPasswords(password.Length == 0);
        if (password.Length > 0) users.Default.AddPassword(UserRules.Hash(ConfigurationText.Encode(password)));
        clients.Update(users.Default);
    }

    /// <summary>A user's rules in one line, as ACL LIST, ACL files and redis.conf have them.</summary>
    public string LineOf(AclUser user, RuleText text) => $"user {user.Text} {text.Of(user)}";

    /// <summary>Writes rules back to words.</summary>
    public RuleText CreateText() => new(new CommandIndex(server.Commands));
}
