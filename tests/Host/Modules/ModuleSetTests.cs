using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Host.Modules;

namespace ModularKv.Host.Tests.Modules;

public sealed class ModuleSetTests : IDisposable
{
    private readonly ModuleFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    private string Names(ModuleSet set) => string.Join(' ', set.All.Select(m => m.Name));

    [Theory]
    [InlineData("all", "A B C")]
    [InlineData("none", "")]
    [InlineData("-b", "A C")]
    [InlineData("all -A", "B C")]
    [InlineData("c a", "A C")]
    [InlineData("none b", "B")]
    [InlineData("all Extra", "A B C Extra")]
    [InlineData("all Extra -extra", "A B C")]
    public void The_modules_directive_selects(string words, string selected)
        => Assert.Equal(selected, string.Join(' ', ModuleSelection.Select(words.Split(' '), ["A", "B", "C"])));

    [Fact]
    public void Dependencies_come_first_and_the_last_started_stops_first()
    {
        List<string> order = [];
        string[] names = ["Alpha", "Beta", "Gamma"];
        ForgedModule[] modules = [_fixture.BuiltIn("Alpha", "gamma"), _fixture.BuiltIn("Beta"), _fixture.BuiltIn("Gamma", "BETA")];
        foreach (ForgedModule module in modules)
        {
            module.On("Configure", (_, _) => order.Add("configure " + module.Name));
            module.On("Start", (_, _) => order.Add("start " + module.Name));
            module.On("Stop", (_, _) => order.Add("stop " + module.Name));
        }

        ModuleSet set = _fixture.Set(["all"], names);
        Assert.True(set.Configure() && set.Start(), string.Join('\n', _fixture.Host.Fake.Lines));
        Assert.Equal("Beta Gamma Alpha", Names(set));
        set.Stop();
        Assert.Equal(
            "configure Beta, configure Gamma, configure Alpha, start Beta, start Gamma, start Alpha, stop Alpha, stop Gamma, stop Beta",
            string.Join(", ", order));
        Assert.All(set.All, module => Assert.False(module.Unloadable));
        Assert.Contains("belongs to the server", set.Unload("beta"));
    }

    [Fact]
    public void Circles_and_missing_dependencies_are_named()
    {
        _fixture.BuiltIn("A", "B");
        _fixture.BuiltIn("B", "C");
        _fixture.BuiltIn("C", "A");
        _fixture.BuiltIn("D", "d");
        _fixture.BuiltIn("E", "nowhere");
        _fixture.BuiltIn("F", "E");
        _fixture.BuiltIn("G");
        ModuleSet set = _fixture.Set(["all"], ["A", "B", "C", "D", "E", "F", "G"], refuses: false);
        Assert.True(set.Configure());
        Assert.Equal("G", Names(set));
        string reasons = string.Join('\n', set.Failures.Select(f => $"{f.Name}: {f.Reason}"));
        Assert.Contains("C: its dependencies go in a circle: A -> B -> C -> A", reasons);
        Assert.Contains("D: its dependencies go in a circle: D -> D", reasons);
        Assert.Contains("E: it depends on module 'nowhere': it is not loaded", reasons);
        Assert.Contains("F: it depends on module 'E': it depends on module 'nowhere'", reasons);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_module_that_fails_takes_its_dependants_along_and_nobody_else(bool refuses)
    {
        ForgedModule broken = _fixture.BuiltIn("Broken");
        broken.On("Configure", (self, registry) => ModuleFixture.RegisterMuch(self, registry!));
        broken.On("Start", (_, _) => throw new InvalidOperationException("no disk"));
        ForgedModule dependant = _fixture.BuiltIn("Dependant", "broken");
        dependant.On("Configure", (self, registry) => registry!.Command(ModuleFixture.Row(self, "dependant.one")));
        ForgedModule whole = _fixture.BuiltIn("Whole");
        ModuleSet set = _fixture.Set(["all"], ["Dependant", "Broken", "Whole", "Absent"], refuses);
        Assert.Equal(!refuses, set.Configure());
        Assert.Equal(!refuses, set.Start());
        Assert.Equal("Whole", Names(set));
        Assert.Equal("memory Whole", _fixture.Host.Everything);
        Assert.Equal("constructor Configure Start Stop", string.Join(' ', broken.Ran));
        Assert.Equal("constructor Configure", string.Join(' ', dependant.Ran));
        string log = string.Join('\n', _fixture.Host.Fake.Lines);
        Assert.Contains("Broken.dll) failed: its Start threw InvalidOperationException: no disk", log);
        Assert.Contains("it depends on module 'broken': its Start threw InvalidOperationException: no disk", log);
        Assert.Contains("there is no such module", log);
        Assert.Contains(refuses ? "set module-failure continue" : "goes on without it", log);
    }

    [Fact]
    public void Loadmodule_lines_load_with_arguments_and_can_be_unloaded()
    {
        var module = new ForgedModule("lined");
        string seen = "";
        module.On("Configure", (_, registry) => seen = string.Join(' ', registry!.Arguments));
        string path = _fixture.Forge.Write(module);
        ModuleSet set = _fixture.Running([path, "one", "two"]);
        Assert.Equal("one two", seen);
        Assert.Equal($"{path} one two", string.Join(' ', Assert.Single(set.Lines)));
        Assert.Null(set.Unload("LINED"));
        Assert.Empty(set.Lines);
        Assert.True(ModuleFixture.AllCollected(set));
    }

    [Fact]
    public void Loaded_and_unloaded_again_and_again_leaves_nothing()
    {
        ModuleSet set = _fixture.Running();
        var module = new ForgedModule("cycle");
        module.On("Configure", (self, registry) => ModuleFixture.RegisterMuch(self, registry!));
        string path = _fixture.Forge.Write(module);
        for (int i = 0; i < 20; i++)
        {
            Cycle(set, path);
            Assert.Equal("", _fixture.Host.Everything);
        }

        Assert.True(ModuleFixture.AllCollected(set), string.Join(' ', set.Lingering));
        Assert.Equal("no such module with that name", set.Unload("cycle"));

        // Not locked, not mapped: it may be replaced at any time.
        File.Delete(path);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Cycle(ModuleSet set, string path)
    {
        Assert.Null(ModuleFixture.Load(set, path));
        ModuleDescription loaded = Assert.Single(set.All);
        Assert.Equal("forged.one", Assert.Single(loaded.Commands).Spec.Name);
        Assert.True(loaded.Unloadable);
        Assert.NotNull(loaded.Memory);
        Assert.Null(set.Unload("cycle"));
    }

    [Fact]
    public void What_is_kept_elsewhere_is_named_as_lingering()
    {
        ModuleSet set = _fixture.Running();
        object? kept = null;
        var module = new ForgedModule("kept");
        module.On("Start", (self, _) => kept = self);
        Assert.Null(ModuleFixture.Load(set, _fixture.Forge.Write(module)));
        Assert.Null(set.Unload("kept"));
        Assert.False(ModuleFixture.AllCollected(set));
        Assert.Equal("kept", Assert.Single(set.Lingering));
        GC.KeepAlive(kept);
    }

    [Fact]
    public void A_command_that_somebody_kept_does_not_run_any_more()
    {
        ModuleSet set = _fixture.Running();
        var module = new ForgedModule("stale");
        module.On("Configure", (self, registry) => ModuleFixture.RegisterMuch(self, registry!));
        Assert.Null(ModuleFixture.Load(set, _fixture.Forge.Write(module)));
        Command stale = _fixture.Host.Commands.Find("forged.one"u8)!;
        CommandHandler before = stale.Handler!;
        Assert.Null(set.Unload("stale"));
        Assert.NotSame(before, stale.Handler);
    }

    [Fact]
    public void Unload_is_refused_in_the_words_of_redis()
    {
        ModuleSet set = _fixture.Running();
        var first = new ForgedModule("first");
        first.On("Configure", (_, registry) => registry!.Type(new ForgedType()));
        Assert.Null(ModuleFixture.Load(set, _fixture.Forge.Write(first)));
        Assert.Null(ModuleFixture.Load(set, _fixture.Forge.Write(new ForgedModule("second") { DependsOn = ["FIRST"] })));

        FakeTypes types = _fixture.Host.Fake.Types;
        types.Keys["forgetype"] = 1;
        Assert.Equal("the module exports one or more module-side data types, can't unload", set.Unload("first"));
        types.Keys.Clear();
        _fixture.Host.FreedTypes.Add("forgetype");
        Assert.Contains("still being freed", set.Unload("first"));
        _fixture.Host.FreedTypes.Clear();
        Assert.Equal("the module exports APIs used by other modules. Please unload them first and try again", set.Unload("first"));
        Assert.Null(set.Unload("second"));
        _fixture.Host.Blocked.Add("first");
        Assert.Equal("the module has blocked clients. Please wait for them to be unblocked and try again", set.Unload("first"));
        _fixture.Host.Blocked.Clear();
        _fixture.Host.Executing.Add("first");
        Assert.Equal("the module is running a command", set.Unload("first"));
        _fixture.Host.Executing.Clear();
        Assert.Null(set.Unload("first"));
        Assert.Equal("", _fixture.Host.Everything);
    }

    [Fact]
    public void Loadex_sets_the_modules_own_parameters_before_it_starts()
    {
        ModuleSet set = _fixture.Running();
        _fixture.Host.Configuration.Register(new BoolParameter("foreign", false), "somebody");
        BoolParameter own = new("forged-own", false);
        bool atStart = false;
        var module = new ForgedModule("tuned");
        module.On("Configure", (_, registry) => registry!.Parameter(own = new BoolParameter("forged-own", false)));
        module.On("Start", (_, _) => atStart = own.Value);
        string path = _fixture.Forge.Write(module);
        Assert.Contains("no parameter 'absent'", ModuleFixture.Load(set, path, ("absent", "1")));
        Assert.Contains("'foreign' is not one of the module's", ModuleFixture.Load(set, path, ("foreign", "yes")));
        Assert.Contains("refuses 'maybe'", ModuleFixture.Load(set, path, ("forged-own", "maybe")));
        Assert.False(atStart);
        Assert.Null(ModuleFixture.Load(set, path, ("forged-own", "yes")));
        Assert.True(atStart);
    }

    [Fact]
    public void Faults_are_counted_by_module_and_a_flood_of_them_does_not_flood_the_log()
    {
        ModuleSet set = _fixture.Running();
        var module = new ForgedModule("faulty");
        module.On("Configure", (self, registry) => ModuleFixture.RegisterMuch(self, registry!));
        Assert.Null(ModuleFixture.Load(set, _fixture.Forge.Write(module)));
        Command command = Assert.Single(Assert.Single(set.All).Commands);
        int before = _fixture.Host.Fake.Lines.Count;
        for (int i = 0; i < 1000; i++) set.Fault(command, new InvalidOperationException("again"));
        Assert.Equal(1000, set.All[0].Faults);
        Assert.Equal(16 + 5, _fixture.Host.Fake.Lines.Count - before);
    }

    private sealed class ForgedType : DataType
    {
        public override string Name => "forgetype";

        public override string EncodingOf(Entry value) => "none";

        public override void Digest(Entry value, DigestBuilder digest)
        {
        }

        public override bool Save(Entry value, ValueWriter writer, ref ulong position) => true;

        public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key) => default;

        public override void Rewrite(Entry value, ICommandSink commands)
        {
        }
    }
}
