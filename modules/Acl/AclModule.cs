using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Acl.Checking;
using ModularKv.Acl.Commands;
using ModularKv.Acl.Files;
using ModularKv.Acl.Users;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Acl;

/// <summary>Users, their passwords and rights: the registration table.</summary>
[Module("acl", "1.0.0", ApiLevel.Current, Summary = "Access control lists: users, passwords, and what each may do")]
public sealed class AclModule : IModule
{
    private const CommandFlags Everybody = NoScript | Loading | Stale | Sentinel;
    private const CommandFlags Administrators = Everybody | CommandFlags.Admin;
    private const string PerUser = "O(N). Where N is the number of configured users.";
    private static readonly string[] OnAllNodes = ["request_policy:all_nodes", "response_policy:all_succeeded"];

    private Action<IServer> _start = _ => { };

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        IServer server = registry.Server;
        var channels = registry.Parameter(new ChoiceParameter("acl-pubsub-default", "resetchannels", "allchannels", "resetchannels")
        { Description = "The channels that new users and selectors start with." });
        var length = registry.Parameter(new IntegerParameter("acllog-max-len", 128, 0)
        { Description = "Entries of ACL LOG." });
        var path = registry.Parameter(new StringParameter("aclfile")
        { Flags = ParameterFlags.Immutable, Description = "File of users; none: users stand in this file." });
        var check = new RightsCheck(server.Commands);
        var log = new AccessLog(server, length);
        var users = new UserTable(user => new UserRights(user, check, log));
        var clients = new ClientUsers(server, users);
        var changes = new UserChanges(server, users, clients, () => channels.Value == "allchannels");
        var file = new AclFile(path, registry.Configuration.Find("dir"), users, changes, server.Log);
        var directives = new UserDirectives(users, changes, file);
        registry.Parameter(directives.Parameter);
        var startup = new Startup(registry.Configuration, changes, directives, file);
        _start = startup.Run;
        registry.Provide<IAuthenticator>(new Authenticator(users, clients, log));
        var userCommands = new UserCommands(users, changes);
        var ruleCommands = new RuleCommands(server, users, check);
        registry.Command(new CommandSpec
        {
            Name = "acl", Arity = -2, Flags = Sentinel, Group = "server", Since = "6.0.0", Complexity = "Depends on subcommand.",
            Summary = "Container for commands about users and their rights.",
            Subcommands =
            [
                .. Changing(userCommands), .. Asking(userCommands), .. Trying(ruleCommands), .. Keeping(new FileCommands(file)),
                .. Watching(new LogCommands(log)),
            ],
        });
    }

    /// <inheritdoc/>
    public void Start(IServer server) => _start(server);

    private static CommandSpec[] Changing(UserCommands users) =>
    [
        new()
        {
            Name = "deluser", Arity = -3, Handler = users.Delete, Flags = Administrators, Tips = OnAllNodes,
            Group = "server", Since = "6.0.0", Complexity = "O(1) amortized time considering the typical user.",
            Summary = "Deletes users and ends their connections.",
            Arguments = "username ...",
        },
        new()
        {
            Name = "setuser", Arity = -3, Handler = users.Set, Flags = Administrators, Tips = OnAllNodes,
            Group = "server", Since = "6.0.0", Complexity = "O(N). Where N is the number of rules provided.",
            Summary = "Applies rules to a user, which is made when it does not exist.",
            Arguments = "username [rule ...]",
            History =
            [
                ("6.2.0", "Added Pub/Sub channel patterns."), ("7.0.0", "Added selectors and key based permissions."),
            ],
        },
    ];

    private static CommandSpec[] Asking(UserCommands users) =>
    [
        new()
        {
            Name = "getuser", Arity = 3, Handler = users.Get, Flags = Administrators,
            Group = "server", Since = "6.0.0",
            Complexity = "O(N). Where N is the number of password, command and pattern rules that the user has.",
            Summary = "Answers the rules of a user.",
            Arguments = "username",
            History =
            [
                ("6.2.0", "Added Pub/Sub channel patterns."),
                ("7.0.0", "Added selectors and changed the format of key and channel patterns from a list to their rule representation."),
            ],
        },
        new()
        {
            Name = "list", Arity = 2, Handler = users.List, Flags = Administrators,
            Group = "server", Since = "6.0.0", Complexity = PerUser,
            Summary = "Lists the users with their rules, as lines of an ACL file.",
        },
        new()
        {
            Name = "users", Arity = 2, Handler = users.Names, Flags = Administrators,
            Group = "server", Since = "6.0.0", Complexity = PerUser,
            Summary = "Lists the names of the users.",
        },
        new()
        {
            Name = "whoami", Arity = 2, Handler = users.WhoAmI, Flags = Everybody,
            Group = "server", Since = "6.0.0", Complexity = "O(1)",
            Summary = "Answers the user that the connection is authenticated as.",
        },
        new()
        {
            Name = "help", Arity = 2, Handler = SubcommandHelp.Write, Flags = Loading | Stale | Sentinel,
            Group = "server", Since = "6.0.0", Complexity = "O(1)",
            Summary = "Lists the subcommands.",
        },
    ];

    private static CommandSpec[] Trying(RuleCommands rules) =>
    [
        new()
        {
            Name = "cat", Arity = -2, Handler = rules.Categories, Flags = Everybody,
            Group = "server", Since = "6.0.0", Complexity = "O(1) since the categories and commands are a fixed set.",
            Summary = "Lists the categories, or the commands of one.",
            Arguments = "[category]",
        },
        new()
        {
            Name = "dryrun", Arity = -4, Handler = rules.TryOut, Flags = Administrators,
            Group = "server", Since = "7.0.0", Complexity = "O(1).",
            Summary = "Answers whether a user may run a command, without running it.",
            Arguments = "username command [arg ...]",
        },
        new()
        {
            Name = "genpass", Arity = -2, Handler = rules.GeneratePassword, Flags = Everybody,
            Group = "server", Since = "6.0.0", Complexity = "O(1)",
            Summary = "Makes a random password.",
            Arguments = "[bits:integer]",
        },
    ];

    private static CommandSpec[] Keeping(FileCommands files) =>
    [
        new()
        {
            Name = "load", Arity = 2, Handler = files.Load, Flags = Administrators,
            Group = "server", Since = "6.0.0", Complexity = PerUser,
            Summary = "Replaces the users by those of the ACL file.",
        },
        new()
        {
            Name = "save", Arity = 2, Handler = files.Save, Flags = Administrators, Tips = OnAllNodes,
            Group = "server", Since = "6.0.0", Complexity = PerUser,
            Summary = "Writes the users into the ACL file.",
        },
    ];

    private static CommandSpec[] Watching(LogCommands log) =>
    [
        new()
        {
            Name = "log", Arity = -2, Handler = log.Show, Flags = Administrators,
            Group = "server", Since = "6.0.0", Complexity = "O(N) with N being the number of entries shown.",
            Summary = "Lists what was refused lately, or forgets it.",
            Arguments = "[operation=(count:integer|RESET)]",
            History = [("7.2.0", "Added entry ID, timestamp created, and timestamp last updated.")],
        },
    ];
}
