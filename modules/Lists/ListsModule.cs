using ModularKv.Abstractions;
using ModularKv.Lists.Commands;

namespace ModularKv.Lists;

/// <summary>Lists: the type, its parameters and the commands of the group "list".</summary>
[Module("lists", "1.0.0", ApiLevel.Current, Summary = "Lists and their commands, blocking ones too")]
public sealed class ListsModule : IModule
{
    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        ListSettings settings = new(registry);
        ListType type = new(registry.Memory, settings);
        registry.Type(type);
        PopCommands pops = new(type.Store);
        registry.Commands(ListCommandTable.Pushing(new PushCommands(type.Store)));
        registry.Commands(ListCommandTable.Popping(pops));
        registry.Commands(ListCommandTable.Reading(new ReadCommands(type.Store)));
        registry.Commands(ListCommandTable.Editing(new EditCommands(type.Store)));
        registry.Commands(ListCommandTable.Moving(new MoveCommands(type.Store, pops)));
        registry.Commands(ListCommandTable.Waiting(new BlockingPops(type.Store, pops)));
        registry.Debug(new ListDebug(settings).PackedThreshold);
    }
}
