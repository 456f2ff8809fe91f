using ModularKv.Abstractions;
using ModularKv.Connection.Commands;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Connection;

/// <summary>Commands about the connection itself: the registration table.</summary>
[Module("connection", "1.0.0", ApiLevel.Current, Summary = "Connections: PING, HELLO, AUTH, SELECT, CLIENT and their kin")]
public sealed class ConnectionModule : IModule
{
    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        IServer server = registry.Server;
        registry.Commands(Basics(new BasicCommands(server)));
        registry.Commands(Handshake(new HandshakeCommands(server, registry.Configuration)));
        var listing = new ClientListing(server);
        registry.Provide<IClientListing>(listing);
        registry.Command(Clients(new ClientSettings(), listing, new ClientControl(server)));
    }

    private static CommandSpec[] Basics(BasicCommands basics) =>
    [
        new()
        {
            Name = "ping", Arity = -1, Handler = basics.Ping, Flags = Fast | Sentinel, Categories = AclCategories.Connection,
            Group = "connection", Since = "1.0.0", Complexity = "O(1)",
            Summary = "Answers PONG, or the argument.",
            Arguments = "[message]",
            Tips = ["request_policy:all_shards", "response_policy:all_succeeded"],
        },
        new()
        {
            Name = "echo", Arity = 2, Handler = basics.Echo, Flags = Loading | Stale | Fast, Categories = AclCategories.Connection,
            Group = "connection", Since = "1.0.0", Complexity = "O(1)",
            Summary = "Answers the argument.",
            Arguments = "message",
        },
        new()
        {
            Name = "select", Arity = 2, Handler = basics.Select, Flags = Loading | Stale | Fast, Categories = AclCategories.Connection,
            Group = "connection", Since = "1.0.0", Complexity = "O(1)",
            Summary = "Selects the database for the commands that follow.",
            Arguments = "index:integer",
        },
        new()
        {
            Name = "quit", Arity = -1, Handler = basics.Quit, Flags = AllowBusy | NoScript | Loading | Stale | Fast | NoAuth,
            IsNeverQueued = true,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "1.0.0", Complexity = "O(1)",
            Summary = "Closes the connection after the replies before it.",
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "7.2.0", ReplacedBy = "just closing the connection",
        },
        new()
        {
            Name = "reset", Arity = 1, Handler = basics.Reset, Flags = NoScript | Loading | Stale | Fast | NoAuth | AllowBusy,
            IsNeverQueued = true,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "6.2.0", Complexity = "O(1)",
            Summary = "Puts the connection back into the state right after connecting.",
        },
    ];

    private static CommandSpec[] Handshake(HandshakeCommands handshake) =>
    [
        new()
        {
            Name = "hello", Arity = -1, Handler = handshake.Hello,
            Flags = NoScript | Loading | Stale | Fast | NoAuth | Sentinel | AllowBusy, Categories = AclCategories.Connection,
            Group = "connection", Since = "6.0.0", Complexity = "O(1)",
            Summary = "Switches the protocol version, authenticates and names the connection, all optional; describes the server.",
            Arguments = "[arguments={protover:integer [AUTH username_password={username password}] [SETNAME clientname]}]",
            History =
            [
                ("6.2.0", "`protover` made optional; when called without arguments the command reports the current connection's context."),
            ],
        },
        new()
        {
            Name = "auth", Arity = -2, Handler = handshake.Auth,
            Flags = NoScript | Loading | Stale | Fast | NoAuth | Sentinel | AllowBusy, Categories = AclCategories.Connection,
            Group = "connection", Since = "1.0.0",
            Complexity = "O(N) where N is the number of passwords defined for the user",
            Summary = "Authenticates the connection.",
            Arguments = "[username@6.0.0] password",
            History = [("6.0.0", "Added ACL style (username and password).")],
        },
    ];

    private static CommandSpec Clients(ClientSettings settings, ClientListing listing, ClientControl control) =>
        new()
        {
            Name = "client", Arity = -2, Flags = Sentinel,
            Group = "connection", Since = "2.4.0", Complexity = "Depends on subcommand.",
            Summary = "Container for commands about client connections.",
            Subcommands = [.. SettingRows(settings), .. ListingRows(listing), .. ControlRows(control)],
        };

    private static CommandSpec[] SettingRows(ClientSettings settings) =>
    [
        new()
        {
            Name = "id", Arity = 2, Handler = settings.Id, Flags = NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "5.0.0", Complexity = "O(1)",
            Summary = "Answers the connection's unique number.",
        },
        new()
        {
            Name = "setname", Arity = 3, Handler = settings.SetName, Flags = NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "2.6.9", Complexity = "O(1)",
            Summary = "Names the connection.",
            Arguments = "connection-name",
            Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
        },
        new()
        {
            Name = "getname", Arity = 2, Handler = settings.GetName, Flags = NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "2.6.9", Complexity = "O(1)",
            Summary = "Answers the connection's name.",
        },
        new()
        {
            Name = "setinfo", Arity = 4, Handler = settings.SetInfo, Flags = NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "7.2.0", Complexity = "O(1)",
            Summary = "Tells the name or version of the client library.",
            Arguments = "attr=(LIB-NAME libname|LIB-VER libver)",
            Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
        },
        new()
        {
            Name = "no-evict", Arity = 3, Handler = settings.NoEvict, Flags = Admin | NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "7.0.0", Complexity = "O(1)",
            Summary = "Exempts the connection from client eviction.",
            Arguments = "enabled=(ON|OFF)",
        },
        new()
        {
            Name = "no-touch", Arity = 3, Handler = settings.NoTouch, Flags = NoScript | Loading | Stale,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "7.2.0", Complexity = "O(1)",
            Summary = "Lets reads of this connection leave access times and counters alone.",
            Arguments = "enabled=(ON|OFF)",
        },
        new()
        {
            Name = "reply", Arity = 3, Handler = settings.Reply, Flags = NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "3.2.0", Complexity = "O(1)",
            Summary = "Turns replies on or off, or skips the next one.",
            Arguments = "on_off_skip=(ON|OFF|SKIP)",
        },
        new()
        {
            Name = "help", Arity = 2, Handler = SubcommandHelp.Write, Flags = Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "5.0.0", Complexity = "O(1)",
            Summary = "Lists the subcommands.",
        },
    ];

    private static CommandSpec[] ListingRows(ClientListing listing) =>
    [
        new()
        {
            Name = "info", Arity = 2, Handler = listing.Info, Flags = NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "6.2.0", Complexity = "O(1)",
            Summary = "Describes this connection.",
            Tips = ["nondeterministic_output"],
        },
        new()
        {
            Name = "list", Arity = -2, Handler = listing.List, Flags = Admin | NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "2.4.0", Complexity = "O(N) where N is the number of client connections",
            Summary = "Describes all connections, one a line.",
            Arguments = "[TYPE normal_master_replica_pubsub@5.0.0=(NORMAL|MASTER|REPLICA|PUBSUB)] [ID id@6.2.0={client-id:integer ...}]",
            Tips = ["nondeterministic_output"],
            History =
            [
                ("2.8.12", "Added unique client `id` field."),
                ("5.0.0", "Added optional `TYPE` filter."),
                ("6.0.0", "Added `user` field."),
                ("6.2.0", "Added `argv-mem`, `tot-mem`, `laddr` and `redir` fields and the optional `ID` filter."),
                ("7.0.0", "Added `resp`, `multi-mem`, `rbs` and `rbp` fields."),
                ("7.0.3", "Added `ssub` field."),
            ],
        },
    ];

    private static CommandSpec[] ControlRows(ClientControl control) =>
    [
        new()
        {
            Name = "kill", Arity = -3, Handler = control.Kill, Flags = Admin | NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "2.4.0", Complexity = "O(N) where N is the number of client connections",
            Summary = "Closes connections by address or by filters.",
            Arguments = "filter=(ip:port:string!2.8.12|new-format=([ID client-id:integer@2.8.12]|[TYPE "
                + "normal_master_slave_pubsub@2.8.12=(NORMAL|MASTER@3.2.0|SLAVE|REPLICA@5.0.0|PUBSUB)]|[USER username]|[ADDR "
                + "ip:port:string]|[LADDR ip:port:string@6.2.0]|[SKIPME yes/no]|[MAXAGE maxage:integer@7.4.0]) ...)",
            History =
            [
                ("2.8.12", "Added new filter format."),
                ("2.8.12", "`ID` option."),
                ("3.2.0", "Added `master` type in for `TYPE` option."),
                ("5.0.0", "Replaced `slave` `TYPE` with `replica`. `slave` still supported for backward compatibility."),
                ("6.2.0", "`LADDR` option."),
                ("7.4.0", "`MAXAGE` option."),
            ],
        },
        new()
        {
            Name = "pause", Arity = -3, Handler = control.Pause, Flags = Admin | NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "3.0.0", Complexity = "O(1)",
            Summary = "Holds clients' commands back for some time.",
            Arguments = "timeout:integer [mode@6.2.0=(WRITE|ALL)]",
            History = [("6.2.0", "`CLIENT PAUSE WRITE` mode added along with the `mode` option.")],
        },
        new()
        {
            Name = "unpause", Arity = 2, Handler = control.Unpause, Flags = Admin | NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "6.2.0", Complexity = "O(N) Where N is the number of paused clients",
            Summary = "Ends a pause at once.",
        },
        new()
        {
            Name = "unblock", Arity = -3, Handler = control.Unblock, Flags = Admin | NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "5.0.0", Complexity = "O(log N) where N is the number of client connections",
            Summary = "Ends the blocking command of another client.",
            Arguments = "client-id:integer [timeout_error=(TIMEOUT|ERROR)]",
        },
    ];
}
