using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>COMMAND, COMMAND INFO, COUNT and LIST. Source: redis.io/commands/command.</summary>
internal sealed class CommandFacts(IServer server)
{
    /// <summary>COMMAND.</summary>
    public void All(ref CommandContext call) => WriteAll(call.Reply);

    /// <summary>COMMAND COUNT.</summary>
    public void Count(ref CommandContext call) => call.Reply.Integer(server.Commands.Count);

    /// <summary>COMMAND INFO [command-name ...].</summary>
    public void Info(ref CommandContext call)
    {
        if (call.ArgumentCount == 2)
        {
            WriteAll(call.Reply);
            return;
        }

        call.Reply.Array(call.ArgumentCount - 2);
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (Find(server.Commands, call.Argument(i)) is { } command) Write(call.Reply, command); else call.Reply.Null();
        }
    }

    /// <summary>COMMAND LIST [FILTERBY (MODULE module-name | ACLCAT category | PATTERN pattern)].</summary>
    public void List(ref CommandContext call)
    {
        Func<Command, bool> isWanted = _ => true;
        if (call.ArgumentCount > 2)
        {
            bool isFilter = call.ArgumentCount == 5 && call.ArgumentIs(2, "filterby"u8);
            if (!isFilter || Filter(call.Argument(3), call.Argument(4)) is not { } filter)
            {
                call.Reply.SyntaxError();
                return;
            }

            isWanted = filter;
        }

        List<Command> found = [.. server.Commands.All.SelectMany(command => command.Subcommands.Prepend(command)).Where(isWanted)];
        call.Reply.Array(found.Count);
        foreach (Command command in found) call.Reply.Bulk(command.FullName);
    }

    /// <summary>The command of a name in the form "config" or "config|get", or null.</summary>
    internal static Command? Find(ICommandTable commands, ReadOnlySpan<byte> name)
    {
        int bar = name.IndexOf((byte)'|');
        if (bar < 0) return commands.Find(name);
        ReadOnlySpan<byte> below = name[(bar + 1)..];
        foreach (Command command in commands.Find(name[..bar])?.Subcommands ?? [])
        {
            if (Words.EqualsIgnoreCase(below, Encoding.UTF8.GetBytes(command.Spec.Name))) return command;
        }

        return null;
    }

    private static Func<Command, bool>? Filter(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> argument)
    {
        byte[] wanted = argument.ToArray();
        if (Words.EqualsIgnoreCase(kind, "module"u8))
        {
            string module = Encoding.UTF8.GetString(wanted);
            return command => command.Module == module;
        }

        if (Words.EqualsIgnoreCase(kind, "pattern"u8))
        {
            return command => GlobPattern.Matches(wanted, Encoding.UTF8.GetBytes(command.FullName), ignoreCase: true);
        }

        if (!Words.EqualsIgnoreCase(kind, "aclcat"u8)) return null;
        uint category = 0;
        foreach ((uint flag, byte[] name) in FlagNames.Category)
        {
            if (Words.EqualsIgnoreCase(wanted, name.AsSpan(1))) category = flag;
        }

        return command => ((uint)command.Categories & category) != 0;
    }

    private void WriteAll(ReplyWriter reply)
    {
        reply.Array(server.Commands.Count);
        foreach (Command command in server.Commands.All) Write(reply, command);
    }

    private static void Write(ReplyWriter reply, Command command)
    {
        (int first, int last, int step) = command.LegacyKeys;
        reply.Array(10);
        reply.Bulk(command.FullName);
        reply.Integer(command.Spec.Arity);
        FlagNames.Write(reply, (uint)command.Flags, FlagNames.Command);
        reply.Integer(first);
        reply.Integer(last);
        reply.Integer(step);
        FlagNames.Write(reply, (uint)command.Categories, FlagNames.Category);
        reply.Set(command.Spec.Tips.Length);
        foreach (string tip in command.Spec.Tips) reply.Bulk(tip);
        reply.Set(command.Spec.Keys.Length);
        foreach (KeySpec spec in command.Spec.Keys) Write(reply, spec);
        if (command.Subcommands.Count == 0) reply.Set(0); else reply.Array(command.Subcommands.Count);
        foreach (Command below in command.Subcommands) Write(reply, below);
    }

    private static void Write(ReplyWriter reply, KeySpec spec)
    {
        reply.Map(spec.Notes is null ? 3 : 4);
        if (spec.Notes is not null)
        {
            reply.Bulk("notes"u8);
            reply.Bulk(spec.Notes);
        }

        reply.Bulk("flags"u8);
        FlagNames.Write(reply, (uint)spec.Flags, FlagNames.Key);
        reply.Bulk("begin_search"u8);
        if (spec.Keyword is not null) WriteSpec(reply, "keyword", ("keyword", spec.Keyword), ("startfrom", spec.StartFrom));
        else if (spec.BeginUnknown) WriteSpec(reply, "unknown");
        else WriteSpec(reply, "index", ("index", spec.Index));

        reply.Bulk("find_keys"u8);
        switch (spec.Find)
        {
            case KeyFind.Range:
                WriteSpec(reply, "range", ("lastkey", spec.LastKey), ("keystep", spec.Step), ("limit", spec.Limit));
                break;
            case KeyFind.KeyNum:
                WriteSpec(reply, "keynum", ("keynumidx", spec.KeyNumIndex), ("firstkey", spec.FirstKey), ("keystep", spec.Step));
                break;
            default:
                WriteSpec(reply, "unknown");
                break;
        }
    }

    private static void WriteSpec(ReplyWriter reply, string type, params ReadOnlySpan<(string Name, object Value)> facts)
    {
        reply.Map(2);
        reply.Bulk("type"u8);
        reply.Bulk(type);
        reply.Bulk("spec"u8);
        reply.Map(facts.Length);
        foreach ((string name, object value) in facts)
        {
            reply.Bulk(name);
            if (value is int number) reply.Integer(number); else reply.Bulk((string)value);
        }
    }
}
