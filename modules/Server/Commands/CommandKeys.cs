using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>COMMAND GETKEYS and GETKEYSANDFLAGS. Source: redis.io/commands/command-getkeys.</summary>
internal sealed class CommandKeys(IServer server)
{
    private readonly KeyPositions _keys = new();

    /// <summary>COMMAND GETKEYS command [arg ...].</summary>
    public void Get(ref CommandContext call) => Find(ref call, withFlags: false);

    /// <summary>COMMAND GETKEYSANDFLAGS command [arg ...].</summary>
    public void GetWithFlags(ref CommandContext call) => Find(ref call, withFlags: true);

    private void Find(ref CommandContext call, bool withFlags)
    {
        ArgumentList arguments = call.Arguments.Slice(2);
        if (server.Commands.Resolve(arguments) is not { } command)
        {
            call.Reply.Error("ERR Invalid command specified"u8);
            return;
        }

        CommandSpec spec = command.Spec;
        if (spec.FindKeys is null && Array.TrueForAll(spec.Keys, key => key.Flags.HasFlag(KeyFlags.NotKey)))
        {
            call.Reply.Error("ERR The command has no key arguments"u8);
            return;
        }

        if (arguments.Count < Math.Abs(spec.Arity) || (spec.Arity > 0 && arguments.Count != spec.Arity))
        {
            call.Reply.Error("ERR Invalid number of arguments specified for command"u8);
            return;
        }

        _keys.Clear();
        if (!server.Commands.FindKeys(command, arguments, _keys) || _keys.Count == 0)
        {
            if (command.Flags.HasFlag(CommandFlags.NoMandatoryKeys)) call.Reply.Array(0);
            else call.Reply.Error("ERR Invalid arguments specified for command"u8);
            return;
        }

        call.Reply.Array(_keys.Count);
        for (int i = 0; i < _keys.Count; i++)
        {
            if (withFlags) call.Reply.Array(2);
            call.Reply.Bulk(arguments[_keys[i]]);
            if (withFlags) FlagNames.Write(call.Reply, (uint)_keys.FlagsOf(i), FlagNames.Key);
        }
    }
}
