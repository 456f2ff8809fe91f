using System.Security.Cryptography;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Acl.Checking;
using ModularKv.Acl.Rules;
using ModularKv.Acl.Users;

namespace ModularKv.Acl;

/// <summary>Logins by the table of users.</summary>
internal sealed class Authenticator(UserTable users, ClientUsers clients, AccessLog log) : IAuthenticator
{
    /// <inheritdoc/>
    public bool DefaultNeedsNoPassword => users.Default is { NeedsNoPassword: true, IsEnabled: true };

    /// <inheritdoc/>
    public bool DefaultHasNoPassword => users.Default.NeedsNoPassword;

    /// <inheritdoc/>
    public bool HasUser(ReadOnlySpan<byte> user) => users.Find(user) is not null;

    /// <inheritdoc/>
    public bool TryAuthenticate(
        Client client, scoped ReadOnlySpan<byte> user, scoped ReadOnlySpan<byte> password, scoped ReadOnlySpan<byte> command = default)
    {
        if (users.Find(user) is { IsEnabled: true } found && IsRight(found, password))
        {
            clients.Become(client, found, true);
            return true;
        }

        log.NoteLogin(client, user, command);
        return false;
    }

    /// <inheritdoc/>
    public void Reset(Client client) => clients.Become(client, users.Default, DefaultNeedsNoPassword);

    /// <inheritdoc/>
    public bool TryBecome(Client client, ReadOnlySpan<byte> user)
    {
        if (users.Find(user) is not { } found) return false;
        clients.Become(client, found, true);

        // Nobody tells a stand-in of changes, as it is not among the connections: it is asked always.
        client.Rights = users.RightsOf(found);
        return true;
    }

    // Every password is compared, and hashes of equal length in constant time: the time tells nothing.
    private static bool IsRight(AclUser user, ReadOnlySpan<byte> password)
    {
        if (user.NeedsNoPassword) return true;
        byte[] given = Encoding.ASCII.GetBytes(UserRules.Hash(password));
        bool isRight = false;
        foreach (string hash in user.Passwords) isRight |= CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(hash));
        return isRight;
    }
}
