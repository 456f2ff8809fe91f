using ModularKv.Acl.Checking;

namespace ModularKv.Acl.Users;

/// <summary>All users by name, sorted by its bytes. The user default is always there.</summary>
internal sealed class UserTable
{
    private readonly SortedDictionary<byte[], AclUser> _users = new(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
    private readonly Dictionary<AclUser, UserRights> _rights = [];
    private readonly Func<AclUser, UserRights> _createRights;

    /// <param name="createRights">Makes the object that is asked for a user's rights.</param>
    public UserTable(Func<AclUser, UserRights> createRights)
    {
        _createRights = createRights;
        Default = new AclUser([.. "default"u8], true);
        Default.Assume(CreateDefault());
        Add(Default);
    }

    /// <summary>The user of new connections.</summary>
    public AclUser Default { get; }

    /// <summary>All users.</summary>
    public IReadOnlyCollection<AclUser> All => _users.Values;

    /// <summary>What default is unless told otherwise: everything is allowed, without a password.</summary>
    public static AclUser CreateDefault()
    {
        var user = new AclUser([.. "default"u8], true) { IsEnabled = true };
        user.ResetPasswords(true);
        user.Root.ResetKeys(true);
        user.Root.ResetCommands(true);
        return user;
    }

    /// <summary>The user of that name, or null.</summary>
    public AclUser? Find(ReadOnlySpan<byte> name) => _users.GetValueOrDefault(name.ToArray());

    /// <summary>Adds a user whose name is free.</summary>
    public void Add(AclUser user)
    {
        _users.Add(user.Name, user);
        _rights.Add(user, _createRights(user));
    }

    /// <summary>Takes a user out.</summary>
    public void Remove(AclUser user)
    {
        _users.Remove(user.Name);
        _rights.Remove(user);
    }

    /// <summary>The object that is asked for a user's rights.</summary>
    public UserRights RightsOf(AclUser user) => _rights[user];
}
