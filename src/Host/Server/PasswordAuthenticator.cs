using System.Security.Cryptography;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Host.Server;

/// <summary>The kernel's own authentication: one user, "default", with the password of requirepass.</summary>
internal sealed class PasswordAuthenticator(StringParameter password) : IAuthenticator
{
    /// <inheritdoc/>
    public bool DefaultNeedsNoPassword => password.Text.Length == 0;

    /// <inheritdoc/>
    public bool TryAuthenticate(
        Client client, scoped ReadOnlySpan<byte> user, scoped ReadOnlySpan<byte> given, scoped ReadOnlySpan<byte> command = default)
    {
        if (!user.SequenceEqual("default"u8)) return false;

        // Hashed first, so that the time of the comparison tells nothing, not even the length.
        bool right = DefaultNeedsNoPassword
            || CryptographicOperations.FixedTimeEquals(SHA256.HashData(given), SHA256.HashData(ConfigurationText.Encode(password.Text)));
        if (!right) return false;
        client.User = "default";
        client.IsAuthenticated = true;
        return true;
    }
}
