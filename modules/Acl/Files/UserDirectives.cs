using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Acl.Rules;
using ModularKv.Acl.Users;

namespace ModularKv.Acl.Files;

/// <summary>The lines "user …" of redis.conf.</summary>
internal sealed class UserDirectives
{
    private readonly UserTable _users;
    private readonly UserChanges _changes;
    private readonly AclFile _file;

    public UserDirectives(UserTable users, UserChanges changes, AclFile file)
    {
        _users = users;
        _changes = changes;
        _file = file;
        Parameter = new DirectiveParameter("user", 1)
        {
            Description = "A user and its rules, as ACL SETUSER takes them.",
            ValidateOne = Check,
            CurrentLines = Lines,
        };
    }

    /// <summary>The directive.</summary>
    public DirectiveParameter Parameter { get; }

    /// <summary>Makes the users of the lines, once all commands are known that rules may name.</summary>
    /// <exception cref="ModuleException">A rule names no command; says which, and whose.</exception>
    public void Apply(ILog log)
    {
        UserRules rules = _changes.CreateRules(log);
        var made = new List<AclUser>();
        foreach (IReadOnlyList<string> line in Parameter.Value)
        {
            AclUser user = _changes.CreateUser(ConfigurationText.Encode(line[0]));
            if (user.Text == _users.Default.Text) rules.Apply(user, "reset"u8);
            foreach (byte[] rule in Rules(line, out _)!)
            {
                RuleError error = rules.Apply(user, rule);
                if (error == RuleError.None) continue;
                throw new ModuleException($"line 'user {user.Text} …' of the configuration: error loading ACL rule "
                    + $"'{ConfigurationText.Decode(rule)}' for the user named '{user.Text}': {error.Text()}");
            }

            made.Add(user);
        }

        foreach (AclUser user in made) Enter(user, log);
    }

    private void Enter(AclUser made, ILog log)
    {
        AclUser? user = _users.Find(made.Name);
        if (user is null) _users.Add(user = _changes.CreateUser(made.Name));
        user.Assume(made);
        if (user.IsEnabled) return;
        log.Notice($"The user '{user.Text}' is disabled (there is no 'on' modifier in the user description). Make sure this is not a "
            + "configuration error.");
    }

    // While the file is read modules may be missing: an unknown command is no error yet, as in Redis.
    private string? Check(IReadOnlyList<string> line)
    {
        byte[] name = ConfigurationText.Encode(line[0]);
        if (SelectorRules.HasSpaces(name)) return "Spaces not allowed in ACL usernames";
        if (Parameter.Value.Any(present => present[0] == line[0])) return RuleErrors.Duplicate;
        if (Rules(line, out int open) is not { } rules)
        {
            return $"Unmatched parenthesis in acl selector starting at '{line[open + 1]}'.";
        }

        UserRules checker = _changes.CreateRules();
        AclUser user = _changes.CreateUser(name);
        foreach (byte[] rule in rules)
        {
            RuleError error = checker.Apply(user, rule);
            if (error is RuleError.None or RuleError.Unknown) continue;
            return $"Error in user declaration '{ConfigurationText.Decode(rule)}': {error.Text()}";
        }

        return null;
    }

    private static List<byte[]>? Rules(IReadOnlyList<string> line, out int open)
        => RuleArguments.Merge([.. line.Skip(1).Select(ConfigurationText.Encode)], out open);

    // CONFIG REWRITE. With a file of users the lines go: Redis refuses to start with both.
    private IEnumerable<IReadOnlyList<string>> Lines()
    {
        if (_file.IsConfigured) return [];
        RuleText text = _changes.CreateText();
        return [.. _users.All.Select(user => (string[])[user.Text, .. text.Of(user).Split(' ')])];
    }
}
