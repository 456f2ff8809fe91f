using ModularKv.Abstractions.Configuration;
using ModularKv.Acl.Rules;

namespace ModularKv.Acl.Users;

/// <summary>A user: whether and how it may log in, and what it may do then.</summary>
internal sealed class AclUser
{
    private string[] _passwords = [];

    /// <param name="name">Its name. Kept.</param>
    /// <param name="allChannels">Whether it starts with all channels: acl-pubsub-default.</param>
    public AclUser(byte[] name, bool allChannels)
    {
        Name = name;
        Text = ConfigurationText.Decode(name);
        Selectors = [new Selector(allChannels)];
    }

    /// <summary>The name.</summary>
    public byte[] Name { get; }

    /// <summary>The name as clients carry it.</summary>
    public string Text { get; }

    /// <summary>Whether it may log in. Who is logged in stays so.</summary>
    public bool IsEnabled { get; set; }

    /// <summary>Whether any password is right.</summary>
    public bool NeedsNoPassword { get; private set; }

    /// <summary>Whether payloads of RESTORE are checked for it; null: nothing was said.</summary>
    public bool? SanitizesPayload { get; set; }

    /// <summary>SHA-256 of the passwords, lower-case hexadecimal, in the order in which they came.</summary>
    public IReadOnlyList<string> Passwords => _passwords;

    /// <summary>The root selector first, always.</summary>
    public Selector[] Selectors { get; private set; }

    /// <summary>The selector that rules outside of parentheses change.</summary>
    public Selector Root => Selectors[0];

    /// <summary>Whether nothing is forbidden to it and nothing special is said of it, so that nobody need ask.</summary>
    public bool HasAllRights { get; private set; }

    /// <summary>No password, or any.</summary>
    public void ResetPasswords(bool anyIsRight) => (_passwords, NeedsNoPassword) = ([], anyIsRight);

    /// <summary>Adds a hash, once.</summary>
    public void AddPassword(string hash)
    {
        if (!_passwords.Contains(hash)) _passwords = [.. _passwords, hash];
        NeedsNoPassword = false;
    }

    /// <summary>Takes a hash away. False: it was not there.</summary>
    public bool RemovePassword(string hash)
    {
        int count = _passwords.Length;
        _passwords = [.. _passwords.Where(present => present != hash)];
        return _passwords.Length < count;
    }

    /// <summary>Adds a selector behind the others.</summary>
    public void AddSelector(Selector selector) => Selectors = [.. Selectors, selector];

    /// <summary>Leaves the root only.</summary>
    public void ClearSelectors() => Selectors = [Root];

    /// <summary>Becomes what another one is, but for the name.</summary>
    public void Assume(AclUser other)
    {
        _passwords = other._passwords;
        NeedsNoPassword = other.NeedsNoPassword;
        IsEnabled = other.IsEnabled;
        SanitizesPayload = other.SanitizesPayload;
        Selectors = [.. other.Selectors.Select(selector => selector.Copy())];
        HasAllRights = Selectors.Any(selector => selector.IsEverything) && SanitizesPayload != false;
    }

    /// <summary>Takes all rights away: it was deleted, and somebody may still hold it.</summary>
    public void Disarm()
    {
        IsEnabled = HasAllRights = false;
        ResetPasswords(false);
        Selectors = [new Selector(false)];
    }
}
