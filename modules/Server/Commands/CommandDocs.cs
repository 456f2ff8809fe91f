using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>COMMAND DOCS. Source: redis.io/commands/command-docs.</summary>
internal sealed class CommandDocs(IServer server)
{
    /// <summary>COMMAND DOCS [command-name ...].</summary>
    public void Docs(ref CommandContext call)
    {
        var wanted = new List<Command>();
        if (call.ArgumentCount == 2) wanted.AddRange(server.Commands.All);
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (CommandFacts.Find(server.Commands, call.Argument(i)) is { } command) wanted.Add(command);
        }

        call.Reply.Map(wanted.Count);
        foreach (Command command in wanted) WriteNamed(call.Reply, command);
    }

    private void WriteNamed(ReplyWriter reply, Command command)
    {
        reply.Bulk(command.FullName);
        CommandSpec spec = command.Spec;
        IReadOnlyList<ArgumentDoc> arguments = ArgumentsOf(spec);
        bool isForeign = command.Flags.HasFlag(CommandFlags.Module);
        bool[] optional =
        [
            spec.Summary.Length > 0, spec.Since.Length > 0, spec.Complexity.Length > 0, isForeign, spec.DocFlags != DocFlags.None,
            spec.DeprecatedSince is not null, spec.ReplacedBy is not null, spec.History.Length > 0, arguments.Count > 0,
            command.Subcommands.Count > 0,
        ];
        reply.Map(1 + optional.Count(isThere => isThere));
        if (spec.Summary.Length > 0) Fact(reply, "summary"u8, spec.Summary);
        if (spec.Since.Length > 0) Fact(reply, "since"u8, spec.Since);
        Fact(reply, "group"u8, isForeign ? "module" : spec.Group);
        if (spec.Complexity.Length > 0) Fact(reply, "complexity"u8, spec.Complexity);
        if (isForeign) Fact(reply, "module"u8, command.Module);
        if (spec.DocFlags != DocFlags.None)
        {
            reply.Bulk("doc_flags"u8);
            FlagNames.Write(reply, (uint)spec.DocFlags, FlagNames.Doc);
        }

        if (spec.DeprecatedSince is not null) Fact(reply, "deprecated_since"u8, spec.DeprecatedSince);
        if (spec.ReplacedBy is not null) Fact(reply, "replaced_by"u8, spec.ReplacedBy);
        if (spec.History.Length > 0) WriteHistory(reply, spec);
        if (arguments.Count > 0)
        {
            reply.Bulk("arguments"u8);
            Write(reply, arguments);
        }

        if (command.Subcommands.Count == 0) return;
        reply.Bulk("subcommands"u8);
        reply.Map(command.Subcommands.Count);
        foreach (Command below in command.Subcommands) WriteNamed(reply, below);
    }

    private IReadOnlyList<ArgumentDoc> ArgumentsOf(CommandSpec spec)
    {
        try
        {
            return ArgumentSyntax.Parse(spec.Arguments);
        }
        catch (FormatException e)
        {
            // One bad row of a third party must not keep redis-cli from learning about all other commands.
            server.Log.Verbose($"COMMAND DOCS of '{spec.Name}' lacks its arguments: {e.Message}");
            return [];
        }
    }

    private static void WriteHistory(ReplyWriter reply, CommandSpec spec)
    {
        reply.Bulk("history"u8);
        reply.Set(spec.History.Length);
        foreach ((string version, string change) in spec.History)
        {
            reply.Array(2);
            reply.Bulk(version);
            reply.Bulk(change);
        }
    }

    private static void Write(ReplyWriter reply, IReadOnlyList<ArgumentDoc> arguments)
    {
        reply.Array(arguments.Count);
        foreach (ArgumentDoc argument in arguments)
        {
            bool hasParts = argument.Type is ArgumentType.OneOf or ArgumentType.Block;
            bool[] optional =
            [
                argument.KeySpecIndex >= 0, argument.Token is not null, argument.Since is not null, argument.DeprecatedSince is not null,
                argument.Flags != ArgumentFlags.None, hasParts,
            ];
            reply.Map(2 + optional.Count(isThere => isThere));
            Fact(reply, "name"u8, argument.Name);
            Fact(reply, "type"u8, argument.TypeName);
            if (argument.KeySpecIndex >= 0)
            {
                reply.Bulk("key_spec_index"u8);
                reply.Integer(argument.KeySpecIndex);
            }

            if (argument.Token is not null) Fact(reply, "token"u8, argument.Token);
            if (argument.Since is not null) Fact(reply, "since"u8, argument.Since);
            if (argument.DeprecatedSince is not null) Fact(reply, "deprecated_since"u8, argument.DeprecatedSince);
            if (argument.Flags != ArgumentFlags.None)
            {
                reply.Bulk("flags"u8);
                FlagNames.Write(reply, (uint)argument.Flags, FlagNames.Argument);
            }

            if (!hasParts) continue;
            reply.Bulk("arguments"u8);
            Write(reply, argument.Children);
        }
    }

    private static void Fact(ReplyWriter reply, ReadOnlySpan<byte> name, string value)
    {
        reply.Bulk(name);
        reply.Bulk(value);
    }
}
