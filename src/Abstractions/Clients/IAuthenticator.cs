namespace ModularKv.Abstractions;

/// <summary>Decides who may authenticate. The kernel's own knows only requirepass; a module that offers this service replaces it.</summary>
public interface IAuthenticator
{
    /// <summary>Checks a user's password and, when right, makes <paramref name="client"/> that user.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="user">The user's name. Borrowed for this call.</param>
    /// <param name="password">The password in clear. Borrowed for this call.</param>
    /// <param name="command">The name of the command that asks, as it came; for a log of failures.</param>
    /// <returns>False: wrong user or password; the command replies WRONGPASS.</returns>
    bool TryAuthenticate(
        Client client, scoped ReadOnlySpan<byte> user, scoped ReadOnlySpan<byte> password, scoped ReadOnlySpan<byte> command = default);

    /// <summary>Whether new connections are authenticated without a password.</summary>
    bool DefaultNeedsNoPassword { get; }

    /// <summary>Whether the user default accepts any password; it may be disabled all the same.</summary>
    bool DefaultHasNoPassword => DefaultNeedsNoPassword;

    /// <summary>Whether there is such a user (CLIENT KILL USER).</summary>
    bool HasUser(ReadOnlySpan<byte> user) => user.SequenceEqual("default"u8);

    /// <summary>Makes a client what a new connection is: the user default, with its rights, authenticated when that needs no
    /// password.</summary>
    void Reset(Client client)
    {
        client.User = "default";
        client.Rights = null;
        client.IsAuthenticated = DefaultNeedsNoPassword;
    }

    /// <summary>Makes a stand-in client a user, with that user's rights, without asking for a password.</summary>
    /// <returns>False: there is no such user; nothing was changed.</returns>
    bool TryBecome(Client client, ReadOnlySpan<byte> user) => HasUser(user);
}
