using ModularKv.Abstractions;
using ModularKv.Streams.Commands;

namespace ModularKv.Streams;

/// <summary>Streams: the type and the commands of the group "stream".</summary>
[Module("streams", "1.0.0", ApiLevel.Current, Summary = "Streams, consumer groups and their commands")]
public sealed class StreamsModule : IModule
{
    private const CommandFlags FastWrite = CommandFlags.Write | CommandFlags.Fast;

    private static readonly KeySpec[] Reads = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)];
    private static readonly KeySpec[] Updates = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)];
    private static readonly KeySpec[] Deletes = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Delete)];
    private static readonly KeySpec[] SubcommandReads = [KeySpec.At(2, KeyFlags.RO | KeyFlags.Access)];
    private static readonly KeySpec[] SubcommandInserts = [KeySpec.At(2, KeyFlags.RW | KeyFlags.Insert)];
    private static readonly KeySpec[] SubcommandUpdates = [KeySpec.At(2, KeyFlags.RW | KeyFlags.Update)];
    private static readonly KeySpec[] SubcommandDeletes = [KeySpec.At(2, KeyFlags.RW | KeyFlags.Delete)];

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        StreamSettings settings = new(registry);
        StreamType type = new(registry.Memory);
        registry.Type(type);
        StreamKeys keys = new(type, registry.Memory, settings);
        EntryReply entries = new();
        GroupEffects effects = new();
        registry.Commands(Adding(new EntryCommands(keys, entries)));
        registry.Commands(Ranges(new EntryCommands(keys, entries)));
        registry.Commands(Reading(new ReadCommands(keys, entries, effects, registry.ClientState<WaitingRead>())));
        registry.Commands(Pending(new PendingCommands(keys, entries), new ClaimCommands(keys, entries, effects)));
        registry.Command(Groups(new GroupCommands(keys)));
        registry.Command(Info(new InfoCommands(keys, entries)));
    }

    private static CommandSpec[] Adding(EntryCommands entries) =>
    [
        new()
        {
            Name = "xadd", Arity = -5, Handler = entries.Add, Flags = FastWrite | CommandFlags.DenyOom,
            Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0",
            Keys = [new() { Index = 1, Flags = KeyFlags.RW | KeyFlags.Update,
                Notes = "UPDATE instead of INSERT because of the optional trimming feature" }],
            Complexity = "O(1) when adding a new entry, O(N) when trimming where N being the number of entries evicted.",
            Summary = "Adds an entry to a stream; creates it when missing.",
            Arguments =
                "key [NOMKSTREAM@6.2.0] [trim={strategy=(MAXLEN|MINID@6.2.0) [operator=(equal==|approximately=~)] threshold "
                + "[LIMIT count:integer@6.2.0]}] id-selector=(auto-id=*|id) field_value={field value} ...",
            Tips = ["nondeterministic_output"],
            History =
            [
                ("6.2.0", "Added the `NOMKSTREAM` option, `MINID` trimming strategy and the `LIMIT` option."),
                ("7.0.0", "Added support for the `<ms>-*` explicit ID form."),
            ],
        },
        new()
        {
            Name = "xtrim", Arity = -4, Handler = entries.Trim, Flags = CommandFlags.Write,
            Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = Deletes,
            Complexity =
                "O(N), with N being the number of evicted entries. Constant times are very small however, since entries are organized in "
                + "macro nodes containing multiple entries that can be released with a single deallocation.",
            Summary = "Removes entries from the beginning of a stream.",
            Arguments =
                "key trim={strategy=(MAXLEN|MINID@6.2.0) [operator=(equal==|approximately=~)] threshold [LIMIT count:integer@6.2.0]}",
            Tips = ["nondeterministic_output"],
            History = [("6.2.0", "Added the `MINID` trimming strategy and the `LIMIT` option.")],
        },
        new()
        {
            Name = "xdel", Arity = -3, Handler = entries.Delete, Flags = FastWrite,
            Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = Deletes,
            Complexity = "O(1) for each single item to delete in the stream, regardless of the stream size.",
            Summary = "Removes entries by id and counts those that were there.",
            Arguments = "key id ...",
        },
        new()
        {
            Name = "xsetid", Arity = -3, Handler = entries.SetId, Flags = FastWrite | CommandFlags.DenyOom,
            Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = Updates,
            Complexity = "O(1)",
            Summary = "Sets the last id of a stream, as replicas and files need it.",
            Arguments = "key last-id [ENTRIESADDED entries-added:integer@7.0.0] [MAXDELETEDID max-deleted-id@7.0.0]",
            History = [("7.0.0", "Added the `entries_added` and `max_deleted_entry_id` arguments.")],
        },
    ];

    private static CommandSpec[] Ranges(EntryCommands entries) =>
    [
        new()
        {
            Name = "xlen", Arity = 2, Handler = entries.Length, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = [KeySpec.At(1, KeyFlags.RO)],
            Complexity = "O(1)",
            Summary = "Counts the entries of a stream.",
            Arguments = "key",
        },
        new()
        {
            Name = "xrange", Arity = -4, Handler = entries.Range, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = Reads,
            Complexity =
                "O(N) with N being the number of elements being returned. If N is constant (e.g. always asking for the first 10 elements "
                + "with COUNT), you can consider it O(1).",
            Summary = "Returns the entries between two ids.",
            Arguments = "key start end [COUNT count:integer]",
            History = [("6.2.0", "Added exclusive ranges.")],
        },
        new()
        {
            Name = "xrevrange", Arity = -4, Handler = entries.ReverseRange, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = Reads,
            Complexity =
                "O(N) with N being the number of elements returned. If N is constant (e.g. always asking for the first 10 elements with "
                + "COUNT), you can consider it O(1).",
            Summary = "Returns the entries between two ids, the last one first.",
            Arguments = "key end start [COUNT count:integer]",
            History = [("6.2.0", "Added exclusive ranges.")],
        },
    ];

    private static CommandSpec[] Reading(ReadCommands reads) =>
    [
        new()
        {
            Name = "xread", Arity = -4, Handler = reads.Read, Flags = CommandFlags.ReadOnly | CommandFlags.Blocking,
            Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0",
            Keys = [new() { Keyword = "STREAMS", StartFrom = 1, LastKey = -1, Limit = 2, Flags = KeyFlags.RO | KeyFlags.Access }],
            Summary = "Returns entries of several streams after an id each, and may wait for them.",
            Arguments = "[COUNT count:integer] [BLOCK milliseconds:integer] streams=STREAMS{key ... id ...}",
        },
        new()
        {
            Name = "xreadgroup", Arity = -7, Handler = reads.ReadGroup, Flags = CommandFlags.Write | CommandFlags.Blocking,
            Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0",
            Keys = [new() { Keyword = "STREAMS", StartFrom = 4, LastKey = -1, Limit = 2, Flags = KeyFlags.RO | KeyFlags.Access }],
            Complexity =
                "For each stream mentioned: O(M) with M being the number of elements returned. If M is constant (e.g. always asking for "
                + "the first 10 elements with COUNT), you can consider it O(1). On the other side when XREADGROUP blocks, XADD will pay "
                + "the O(N) time in order to serve the N clients blocked on the stream getting new data.",
            Summary = "Returns new entries to a consumer of a group, or its pending ones, and may wait for them.",
            Arguments =
                "group-block=GROUP{group consumer} [COUNT count:integer] [BLOCK milliseconds:integer] [NOACK] " +
                "streams=STREAMS{key ... id ...}",
        },
    ];

    private static CommandSpec[] Pending(PendingCommands pending, ClaimCommands claims) =>
    [
        new()
        {
            Name = "xack", Arity = -4, Handler = pending.Acknowledge, Flags = FastWrite,
            Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = Updates,
            Complexity = "O(1) for each message ID processed.",
            Summary = "Takes entries out of those that are pending for a group, and counts them.",
            Arguments = "key group id ...",
        },
        new()
        {
            Name = "xpending", Arity = -3, Handler = pending.Pending, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = Reads,
            Complexity =
                "O(N) with N being the number of elements returned, so asking for a small fixed number of entries per call is O(1). O(M), "
                + "where M is the total number of entries scanned when used with the IDLE filter. When the command returns just the "
                + "summary and the list of consumers is small, it runs in O(1) time; otherwise, an additional O(N) time for iterating "
                + "every consumer.",
            Summary = "Shows what is pending for a group: a summary, or entry by entry.",
            Arguments = "key group [filters={[IDLE min-idle-time:integer@6.2.0] start end count:integer [consumer]}]",
            Tips = ["nondeterministic_output"],
            History = [("6.2.0", "Added the `IDLE` option and exclusive range intervals.")],
        },
        new()
        {
            Name = "xclaim", Arity = -6, Handler = claims.Claim, Flags = FastWrite,
            Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = Updates,
            Complexity = "O(log N) with N being the number of messages in the PEL of the consumer group.",
            Summary = "Gives pending entries to another consumer.",
            Arguments =
                "key group consumer min-idle-time id ... [IDLE ms:integer] [TIME unix-time-milliseconds:unix-time] "
                + "[RETRYCOUNT count:integer] [FORCE] [JUSTID] [LASTID lastid]",
            Tips = ["nondeterministic_output"],
        },
        new()
        {
            Name = "xautoclaim", Arity = -6, Handler = claims.AutoClaim, Flags = FastWrite,
            Categories = AclCategories.Stream, Group = "stream", Since = "6.2.0", Keys = Deletes,
            Complexity = "O(1) if COUNT is small.",
            Summary = "Gives entries that are pending for long to another consumer, from an id on.",
            Arguments = "key group consumer min-idle-time start [COUNT count:integer] [JUSTID]",
            Tips = ["nondeterministic_output"],
            History = [("7.0.0", "Added an element to the reply array, containing deleted entries the command cleared from the PEL")],
        },
    ];

    private static CommandSpec Groups(GroupCommands groups) => new()
    {
        Name = "xgroup", Arity = -2, Group = "stream", Since = "5.0.0",
        Complexity = "Depends on subcommand.",
        Summary = "Consumer groups of a stream.",
        Subcommands =
        [
            new()
            {
                Name = "create", Arity = -5, Handler = groups.Create, Flags = CommandFlags.Write | CommandFlags.DenyOom,
                Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = SubcommandInserts,
                Complexity = "O(1)",
                Summary = "Creates a group.",
                Arguments = "key group id-selector=(id|new-id=$) [MKSTREAM] [entriesread=ENTRIESREAD entries-read:integer@7.0.0]",
                History = [("7.0.0", "Added the `entries_read` named argument.")],
            },
            new()
            {
                Name = "setid", Arity = -5, Handler = groups.SetId, Flags = CommandFlags.Write,
                Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = SubcommandUpdates,
                Complexity = "O(1)",
                Summary = "Sets the id after which a group reads on.",
                Arguments = "key group id-selector=(id|new-id=$) [entriesread=ENTRIESREAD entries-read:integer@7.0.0]",
                History = [("7.0.0", "Added the optional `entries_read` argument.")],
            },
            new()
            {
                Name = "destroy", Arity = 4, Handler = groups.Destroy, Flags = CommandFlags.Write,
                Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = SubcommandDeletes,
                Complexity = "O(N) where N is the number of entries in the group's pending entries list (PEL).",
                Summary = "Removes a group.",
                Arguments = "key group",
            },
            new()
            {
                Name = "createconsumer", Arity = 5, Handler = groups.CreateConsumer, Flags = CommandFlags.Write | CommandFlags.DenyOom,
                Categories = AclCategories.Stream, Group = "stream", Since = "6.2.0", Keys = SubcommandInserts,
                Complexity = "O(1)",
                Summary = "Creates a consumer in a group.",
                Arguments = "key group consumer",
            },
            new()
            {
                Name = "delconsumer", Arity = 5, Handler = groups.DeleteConsumer, Flags = CommandFlags.Write,
                Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = SubcommandDeletes,
                Complexity = "O(1)",
                Summary = "Removes a consumer, and counts what was pending for it.",
                Arguments = "key group consumer",
            },
            new()
            {
                Name = "help", Arity = 2, Handler = GroupCommands.Help, Flags = CommandFlags.Loading | CommandFlags.Stale,
                Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0",
                Complexity = "O(1)",
                Summary = "Lists the subcommands.",
            },
        ],
    };

    private static CommandSpec Info(InfoCommands info) => new()
    {
        Name = "xinfo", Arity = -2, Group = "stream", Since = "5.0.0",
        Complexity = "Depends on subcommand.",
        Summary = "Facts about a stream, its groups and their consumers.",
        Subcommands =
        [
            new()
            {
                Name = "stream", Arity = -3, Handler = info.Stream, Flags = CommandFlags.ReadOnly,
                Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = SubcommandReads,
                Complexity = "O(1)",
                Summary = "Shows a stream.",
                Arguments = "key [full-block={FULL@6.0.0 [COUNT count:integer]}]",
                History =
                [
                    ("6.0.0", "Added the `FULL` modifier."),
                    ("7.0.0",
                        "Added the `max-deleted-entry-id`, `entries-added`, `recorded-first-entry-id`, `entries-read` and `lag` fields"),
                    ("7.2.0", "Added the `active-time` field, and changed the meaning of `seen-time`."),
                ],
            },
            new()
            {
                Name = "groups", Arity = 3, Handler = info.Groups, Flags = CommandFlags.ReadOnly,
                Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = SubcommandReads,
                Complexity = "O(1)",
                Summary = "Shows the groups of a stream.",
                Arguments = "key",
                History = [("7.0.0", "Added the `entries-read` and `lag` fields")],
            },
            new()
            {
                Name = "consumers", Arity = 4, Handler = info.Consumers, Flags = CommandFlags.ReadOnly,
                Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0", Keys = SubcommandReads,
                Complexity = "O(1)",
                Summary = "Shows the consumers of a group.",
                Arguments = "key group",
                Tips = ["nondeterministic_output"],
                History = [("7.2.0", "Added the `inactive` field, and changed the meaning of `idle`.")],
            },
            new()
            {
                Name = "help", Arity = 2, Handler = InfoCommands.Help, Flags = CommandFlags.Loading | CommandFlags.Stale,
                Categories = AclCategories.Stream, Group = "stream", Since = "5.0.0",
                Complexity = "O(1)",
                Summary = "Lists the subcommands.",
            },
        ],
    };
}
