using ModularKv.Abstractions;
using ModularKv.Host.Modules;

namespace ModularKv.Host.Tests.Modules;

/// <summary>A module adds subcommands to another module's container.</summary>
public sealed class SubcommandTests : IDisposable
{
    private readonly FakeModuleHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Come_and_go_with_their_module()
    {
        var owner = new ModuleRegistry(_host, "owner", true, []);
        owner.Command(Row("box", Row("own")));
        var guest = new ModuleRegistry(_host, "guest", false, []);
        guest.Subcommand("box", Row("more", flags: CommandFlags.Fast));
        Command box = _host.Commands.Find("box"u8)!;
        Assert.Equal(["own", "more"], box.Subcommands.Select(sub => sub.Spec.Name));
        Command more = box.Subcommands[1];
        Assert.Equal(("box|more", "guest", box), (more.FullName, more.Module, more.Container));
        Assert.True(more.Flags.HasFlag(CommandFlags.Fast | CommandFlags.Module));
        Assert.Contains("already registered", Refused(() => guest.Subcommand("box", Row("own"))));
        Assert.Contains("already registered", Refused(() => guest.Subcommand("box", Row("more"))));
        Assert.Contains("no command 'none'", Refused(() => guest.Subcommand("none", Row("x"))));

        guest.Revoke();
        Assert.Equal(["own"], box.Subcommands.Select(sub => sub.Spec.Name));
        Assert.True(more.IsRemoved);
        Assert.NotNull(_host.Commands.Find("box"u8));
        owner.Command(Row("plain"));
        Assert.Contains("with subcommands", Refused(() => owner.Subcommand("plain", Row("x"))));
        owner.Subcommand("box", Row("more"));
        Assert.Equal(("owner", false), (box.Subcommands[1].Module, box.Subcommands[1].IsRemoved));
    }

    [Fact]
    public void Go_with_the_container()
    {
        var owner = new ModuleRegistry(_host, "owner", true, []);
        owner.Command(Row("box", Row("own")));
        var guest = new ModuleRegistry(_host, "guest", true, []);
        guest.Subcommand("box", Row("more"));
        Command more = _host.Commands.Find("box"u8)!.Subcommands[1];
        owner.Revoke();
        Assert.True(more.IsRemoved);
        guest.Revoke();
        Assert.Empty(_host.Commands.All);
    }

    private static string Refused(Action registration) => Assert.Throws<ModuleException>(registration).Message;

    private static CommandSpec Row(string name, CommandSpec? below = null, CommandFlags flags = CommandFlags.None) =>
        new()
        {
            Name = name, Arity = -2, Group = "generic", Since = "1.0.0", Flags = flags, Handler = below is null ? Answer : null,
            Subcommands = below is null ? [] : [below],
        };

    private static void Answer(ref CommandContext call) => call.Reply.Ok();
}
