using ModularKv.Abstractions;

namespace ModularKv.Acl.Tests.Memory;

/// <summary>A small table: commands with keys at fixed places, a container, and one with channels.</summary>
internal sealed class FakeCommands : ICommandTable
{
    private readonly List<Command> _all = [];

    public FakeCommands()
    {
        Get = Add(Row("get", AclCategories.String, KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)));
        Set = Add(Row("set", AclCategories.String, KeySpec.At(1, KeyFlags.OW | KeyFlags.Update)));
        Copy = Add(Row("copy", AclCategories.Keyspace, KeySpec.At(1, KeyFlags.RO | KeyFlags.Access),
            KeySpec.At(2, KeyFlags.OW | KeyFlags.Update)));
        Publish = Add(new CommandSpec
        {
            Name = "publish", Arity = 3, Handler = Nothing, Group = "pubsub", Since = "1.0.0", Channels = ChannelSpec.Publish,
            Categories = AclCategories.PubSub,
        });
        Config = Add(new CommandSpec
        {
            Name = "config", Arity = -2, Group = "server", Since = "1.0.0", Categories = AclCategories.Admin,
            Subcommands = [Row("get", AclCategories.Admin), Row("set", AclCategories.Admin)],
        });
    }

    public Command Get { get; }

    public Command Set { get; }

    public Command Copy { get; }

    public Command Publish { get; }

    public Command Config { get; }

    public IEnumerable<Command> All => _all;

    public int Count => _all.Count;

    public Command? Find(ReadOnlySpan<byte> name) => throw new NotSupportedException("rules look commands up by themselves");

    public Command? Resolve(ArgumentList arguments) => throw new NotSupportedException("nobody resolves here");

    public bool FindKeys(Command command, ArgumentList arguments, KeyPositions keys)
    {
        keys.Clear();
        foreach (KeySpec spec in command.Spec.Keys) keys.Add(spec.Index, spec.Flags);
        return true;
    }

    public void ResetStatistics()
    {
    }

    private static CommandSpec Row(string name, AclCategories categories, params KeySpec[] keys) => new()
    {
        Name = name, Arity = -1, Handler = Nothing, Group = "test", Since = "1.0.0", Categories = categories, Keys = keys,
    };

    private static void Nothing(ref CommandContext call) => call.Reply.Ok();

    private Command Add(CommandSpec spec)
    {
        Command command = Make(spec, null);
        command.Subcommands = [.. spec.Subcommands.Select(sub => Make(sub, command))];
        _all.Add(command);
        return command;
    }

    private int _nextId;

    private Command Make(CommandSpec spec, Command? container)
        => new(spec, container, "test") { Id = _nextId++, Categories = spec.Categories };
}
