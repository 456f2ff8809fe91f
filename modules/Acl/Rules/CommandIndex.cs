using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Acl.Rules;

/// <summary>The commands as rules name them: by their own names, whatever rename-command did.</summary>
/// <remarks>Made for each use: commands come and go with modules.</remarks>
internal sealed class CommandIndex
{
    private readonly Dictionary<string, Command> _byName = new(StringComparer.OrdinalIgnoreCase);

    public CommandIndex(ICommandTable table)
    {
        TopLevel = [.. table.Registered];
        foreach (Command command in TopLevel)
        {
            _byName.TryAdd(command.FullName, command);
            foreach (Command sub in command.Subcommands) _byName.TryAdd(sub.FullName, sub);
        }

        Everything = [.. TopLevel.SelectMany(command => command.Subcommands.Prepend(command))];
    }

    /// <summary>Categories in Redis's order.</summary>
    public static (string Name, AclCategories Flag)[] Categories { get; } =
    [
        .. Enum.GetValues<AclCategories>().Where(flag => flag != AclCategories.None)
            .Select(flag => (flag.ToString().ToLowerInvariant(), flag)),
    ];

    /// <summary>Commands without their subcommands.</summary>
    public IReadOnlyList<Command> TopLevel { get; }

    /// <summary>Commands, each followed by its subcommands.</summary>
    public IReadOnlyList<Command> Everything { get; }

    /// <summary>"get" or "config|get", any case; null: there is none.</summary>
    public Command? Find(ReadOnlySpan<byte> name) => _byName.GetValueOrDefault(Encoding.Latin1.GetString(name));

    /// <summary>The category of that name, any case; None: there is none.</summary>
    public static AclCategories CategoryOf(ReadOnlySpan<byte> name)
    {
        foreach ((string candidate, AclCategories flag) in Categories)
        {
            if (Words.EqualsIgnoreCase(name, Encoding.ASCII.GetBytes(candidate))) return flag;
        }

        return AclCategories.None;
    }

    /// <summary>Whether a category means a command. Of a module from outside only what it says itself counts, not its flags.</summary>
    public static bool IsIn(Command command, AclCategories category)
    {
        bool isForeign = (command.Flags & CommandFlags.Module) != 0;
        return ((isForeign ? command.Spec.Categories : command.Categories) & category) != 0;
    }
}
