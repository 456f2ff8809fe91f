using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Host.Commands;

/// <summary>All commands by name. Looked up by the first eight bytes of the folded name, then compared whole.</summary>
internal sealed class CommandTable : ICommandTable
{
    private const int SlotsMin = 1024;
    private readonly Dictionary<string, Command> _byName = new(StringComparer.Ordinal);
    private readonly List<Command?> _byId = [];

    // Never forgotten: rights are kept by number, and must not pass to another command when a module goes.
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private Command?[] _slots = new Command?[SlotsMin];
    private byte[][] _names = new byte[SlotsMin][];

    /// <inheritdoc/>
    public IEnumerable<Command> All => _byName.Values;

    /// <inheritdoc/>
    public IEnumerable<Command> Registered => _byId.OfType<Command>().Where(command => command.Container is null);

    /// <inheritdoc/>
    public int Count => _byName.Count;

    /// <summary>Adds a row.</summary>
    /// <exception cref="ModuleException">The name is taken, or the row contradicts itself.</exception>
    public Command Add(CommandSpec spec, string module, bool isBuiltIn)
    {
        if (_byName.ContainsKey(spec.Name)) throw new ModuleException($"command '{spec.Name}' is already registered");
        if (spec.Name.Any(c => char.IsAsciiLetterUpper(c) || c <= ' '))
        {
            throw new ModuleException($"command name '{spec.Name}' must be lower case without spaces");
        }

        Command command = Build(spec, null, module, isBuiltIn);
        _byName.Add(spec.Name, command);
        Rebuild();
        return command;
    }

    /// <summary>Adds a subcommand to a container that another module registered.</summary>
    /// <exception cref="ModuleException">There is no such container, the name is taken, or the row contradicts itself.</exception>
    public Command AddSubcommand(string container, CommandSpec spec, string module, bool isBuiltIn)
    {
        Command? above = All.FirstOrDefault(command => command.Spec.Name == container);
        if (above?.ByName is null) throw new ModuleException($"there is no command '{container}' with subcommands");
        if (above.ByName.ContainsKey(spec.Name)) throw new ModuleException($"subcommand '{container}|{spec.Name}' is already registered");
        if (spec.Handler is null) throw new ModuleException($"subcommand '{container}|{spec.Name}' has no handler");
        Command command = Build(spec, above, module, isBuiltIn);
        above.ByName.Add(spec.Name, command);
        above.Subcommands = [.. above.ByName.Values];
        return command;
    }

    // Before anything is built, so that a refused row leaves nothing behind.
    private static void CheckSubcommands(CommandSpec spec)
    {
        var names = new HashSet<string>();
        foreach (CommandSpec sub in spec.Subcommands)
        {
            if (!names.Add(sub.Name)) throw new ModuleException($"subcommand '{spec.Name}|{sub.Name}' twice");
            if (sub.Handler is not null && sub.Arity != 0) continue;
            throw new ModuleException($"subcommand '{spec.Name}|{sub.Name}' has no handler, or arity 0");
        }
    }

    private Command Build(CommandSpec spec, Command? container, string module, bool isBuiltIn)
    {
        if (spec.Handler is null && spec.Subcommands.Length == 0)
        {
            throw new ModuleException($"command '{spec.Name}' has neither a handler nor subcommands");
        }

        if (spec.Arity == 0) throw new ModuleException($"command '{spec.Name}' has arity 0");
        CheckSubcommands(spec);
        var command = new Command(spec, container, module);
        command.Id = IdOf(command.FullName);
        _byId[command.Id] = command;
        command.Flags = spec.Flags | (isBuiltIn ? 0 : CommandFlags.Module) | (KeySpecs.AreMovable(spec) ? CommandFlags.MovableKeys : 0);
        command.Categories = CategoriesOf(spec);
        command.TimedTogether = (command.Flags & CommandFlags.Fast) != 0;
        command.NeedsChecks = spec.Subcommands.Length > 0 || (command.Flags & CommandFlags.Protected) != 0;
        KeySpecs.SetLegacy(command);
        if (spec.Subcommands.Length == 0) return command;
        command.ByName = new Dictionary<string, Command>(StringComparer.Ordinal);
        foreach (CommandSpec sub in spec.Subcommands) command.ByName.Add(sub.Name, Build(sub, command, module, isBuiltIn));

        command.Subcommands = [.. command.ByName.Values];
        return command;
    }

    private int IdOf(string fullName)
    {
        if (!_ids.TryGetValue(fullName, out int id))
        {
            id = _byId.Count;
            _byId.Add(null);
            _ids.Add(fullName, id);
        }

        // A renamed command leaves its old name to another one.
        if (_byId[id] is null) return id;
        _byId.Add(null);
        return _byId.Count - 1;
    }

    /// <summary>The categories of Redis that follow from flags. Source: setImplicitACLCategories.</summary>
    private static AclCategories CategoriesOf(CommandSpec spec)
    {
        AclCategories categories = spec.Categories;
        CommandFlags flags = spec.Flags;
        if (flags.HasFlag(CommandFlags.Write)) categories |= AclCategories.Write;
        if (flags.HasFlag(CommandFlags.ReadOnly) && !categories.HasFlag(AclCategories.Scripting)) categories |= AclCategories.Read;
        if (flags.HasFlag(CommandFlags.Admin)) categories |= AclCategories.Admin | AclCategories.Dangerous;
        if (flags.HasFlag(CommandFlags.PubSub)) categories |= AclCategories.PubSub;
        if (flags.HasFlag(CommandFlags.Fast)) categories |= AclCategories.Fast;
        if (flags.HasFlag(CommandFlags.Blocking)) categories |= AclCategories.Blocking;
        if (!categories.HasFlag(AclCategories.Fast)) categories |= AclCategories.Slow;
        return categories;
    }

    /// <summary>Takes a command out.</summary>
    public void Remove(Command command)
    {
        // Under another name, or none, after rename-command.
        string? name = _byName.FirstOrDefault(pair => pair.Value == command).Key;
        if (name is not null) _byName.Remove(name);
        if (command.Container is { } container && container.ByName!.Remove(command.Spec.Name))
        {
            container.Subcommands = [.. container.ByName.Values];
        }

        for (int i = 0; i < _byId.Count; i++)
        {
            if (_byId[i] is not { } gone || (gone != command && gone.Container != command)) continue;
            _byId[i] = null;
            gone.IsRemoved = true;
            gone.MinArguments = gone.MaxArguments = int.MaxValue; // a batch that holds it still does not run it the short way
        }

        Rebuild();
    }

    /// <summary>
    /// rename-command: gives a command another name; an empty one takes it out of reach. False: no such command, or the name is taken.
    /// </summary>
    public bool Rename(string from, string to)
    {
        from = from.ToLowerInvariant();
        to = to.ToLowerInvariant();
        if (!_byName.ContainsKey(from) || (to.Length > 0 && _byName.ContainsKey(to))) return false;
        _byName.Remove(from, out Command? command);
        if (to.Length > 0) _byName.Add(to, command!);
        Rebuild();
        return true;
    }

    private void Rebuild()
    {
        int size = SlotsMin;
        while (size < _byName.Count * 4) size *= 2;
        _slots = new Command?[size];
        _names = new byte[size][];
        foreach ((string name, Command command) in _byName)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(name);
            int slot = SlotOf(CommandName.Key(bytes), size);
            while (_slots[slot] is not null) slot = (slot + 1) & (size - 1);
            _slots[slot] = command;
            _names[slot] = bytes;
        }
    }

    private static int SlotOf(ulong key, int size) => (int)((key * 0x9e3779b97f4a7c15) >> 40) & (size - 1);

    /// <inheritdoc/>
    public Command? Find(ReadOnlySpan<byte> name)
    {
        Command?[] slots = _slots;
        int slot = SlotOf(CommandName.Key(name), slots.Length);
        while (slots[slot] is { } command)
        {
            if (Words.EqualsIgnoreCase(name, _names[slot])) return command;
            slot = (slot + 1) & (slots.Length - 1);
        }

        return null;
    }

    /// <inheritdoc/>
    public Command? Resolve(ArgumentList arguments)
    {
        if (arguments.Count == 0) return null;
        Command? command = Find(arguments[0]);
        if (command?.ByName is null || arguments.Count == 1) return command;
        return FindSubcommand(command, arguments[1]);
    }

    /// <summary>The subcommand of that name, any case.</summary>
    public static Command? FindSubcommand(Command container, ReadOnlySpan<byte> name)
    {
        Span<char> folded = stackalloc char[64];
        if (name.Length > folded.Length) return null;
        for (int i = 0; i < name.Length; i++) folded[i] = char.ToLowerInvariant((char)name[i]);
        return container.ByName!.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(folded[..name.Length], out Command? sub) ? sub : null;
    }

    /// <inheritdoc/>
    public bool FindKeys(Command command, ArgumentList arguments, KeyPositions keys) => KeySpecs.Find(command, arguments, keys);

    /// <inheritdoc/>
    public void ResetStatistics()
    {
        foreach (Command? command in _byId)
        {
            if (command is null) continue;
            command.Calls = command.Nanoseconds = command.Rejected = command.Failed = 0;
            command.Latency = null;
        }
    }
}
