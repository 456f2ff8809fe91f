using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Host.Modules;

namespace ModularKv.Host.Tests.Modules;

/// <summary>Files that are no modules, or bad ones: a clear reason, and nothing is left behind.</summary>
public sealed class BrokenModuleTests : IDisposable
{
    private readonly ModuleFixture _fixture = new();
    private readonly ModuleSet _set;

    public BrokenModuleTests() => _set = _fixture.Running();

    public void Dispose() => _fixture.Dispose();

    private void Refused(string path, params string[] words)
    {
        string? error = ModuleFixture.Load(_set, path);
        Assert.NotNull(error);
        Assert.All(words, word => Assert.Contains(word, error));
        Assert.Contains(_fixture.Host.Fake.Lines, line => line.Contains(path) && line.Contains(error));
        NothingLeft();
    }

    private void NothingLeft()
    {
        Assert.Equal("", _fixture.Host.Everything);
        Assert.Empty(_set.All);
        Assert.True(ModuleFixture.AllCollected(_set), "its load context is still referenced");
    }

    private void Refused(ForgedModule module, params string[] words) => Refused(_fixture.Forge.Write(module), words);

    [Fact]
    public void A_path_without_a_file() => Refused(Path.Combine(_fixture.Forge.Folder, "missing.dll"), "cannot be read", "missing.dll");

    [Fact]
    public void A_directory() => Refused(_fixture.Forge.Folder, "directory");

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    public void No_path_at_all(string path) => Assert.Contains("no path", ModuleFixture.Load(_set, path));

    [Fact]
    public void An_empty_file() => Refused(_fixture.Forge.WriteFile("empty.dll", []), "not a .NET assembly");

    [Fact]
    public void A_text()
        => Refused(_fixture.Forge.WriteFile("text.dll", Encoding.UTF8.GetBytes(new string('x', 5000))), "not a .NET assembly");

    [Fact]
    public void A_native_library()
    {
        // The smallest PE file without a CLI header: DOS stub, signature, one machine word, no sections.
        byte[] image = new byte[1024];
        "MZ"u8.CopyTo(image);
        image[0x3c] = 0x80;
        "PE\0\0"u8.CopyTo(image.AsSpan(0x80));
        image[0x84] = 0x64;
        image[0x85] = 0x86;
        image[0x94] = 0xf0;
        image[0x96] = 0x22;
        image[0x97] = 0x20;
        image[0x98] = 0x0b;
        image[0x99] = 0x02;
        image[0x98 + 108] = 16;
        Refused(_fixture.Forge.WriteFile("native.dll", image), "native library");
    }

    [Fact]
    public void A_file_cut_short_or_with_damaged_bytes_never_loads_by_accident()
    {
        byte[] whole = File.ReadAllBytes(_fixture.Forge.Write(new ForgedModule("damaged")));
        for (int length = 0; length < whole.Length; length += 97)
        {
            Refused(_fixture.Forge.WriteFile("cut.dll", whole[..length]));
        }

        const int Seed = 20261122;
        var random = new Random(Seed);
        for (int round = 0; round < 200; round++)
        {
            // Names and numbers may change and still make a module: then it must come and go as any other.
            byte[] damaged = [.. whole];
            for (int i = 0; i < 8; i++) damaged[random.Next(512, damaged.Length)] = (byte)random.Next(256);
            string path = _fixture.Forge.WriteFile("damaged.dll", damaged);
            if (ModuleManifestOf(path) is null) Refused(path);
        }
    }

    private static ModuleManifest? ModuleManifestOf(string path)
    {
        try
        {
            return ModuleFinder.Read(path, out _);
        }
        catch (ModuleException)
        {
            return null;
        }
    }

    [Fact]
    public void An_assembly_without_a_module() => Refused(Assembly.GetExecutingAssembly().Location, "no class with a [Module] attribute");

    [Fact]
    public void A_class_without_the_attribute() => Refused(new ForgedModule("x") { HasAttribute = false }, "[Module]");

    [Fact]
    public void A_class_with_the_attribute_only() => Refused(new ForgedModule("x") { ImplementsModule = false }, "IModule");

    [Fact]
    public void An_abstract_class() => Refused(new ForgedModule("x") { IsAbstract = true }, "Forged.Module0");

    [Fact]
    public void A_class_without_the_constructor()
        => Refused(new ForgedModule("x") { HasParameterlessConstructor = false }, "parameterless");

    [Fact]
    public void Two_modules_in_a_file()
        => Refused(_fixture.Forge.Write([new ForgedModule("one"), new ForgedModule("two")]), "two modules", "Module0", "Module1");

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("../up")]
    public void A_name_that_is_none(string name) => Refused(new ForgedModule(name), $"'{name}'", "letters");

    [Theory]
    [InlineData(0, "rebuild it")]
    [InlineData(2, "newer server")]
    public void Another_level_of_the_contract_never_runs(int level, string step)
    {
        var module = new ForgedModule("old") { ApiLevel = level };
        Refused(module, $"level {level}", step);
        Assert.Empty(module.Ran);
    }

    [Fact]
    public void A_missing_dependency()
        => Refused(new ForgedModule("x") { DependsOn = ["absent"] }, "depends on module 'absent'", "not loaded");

    [Fact]
    public void A_missing_assembly()
    {
        var module = new ForgedModule("x");
        module.On("Configure", (_, _) => throw new FileNotFoundException("gone", "Some.Package, Version=1.2.3.0"));
        Refused(module, "its Configure needs Some.Package, Version=1.2.3.0");
    }

    [Theory]
    [InlineData("constructor", "constructor")]
    [InlineData("Configure", "constructor Configure")]
    [InlineData("Start", "constructor Configure Start Stop")]
    public void A_step_that_throws(string step, string ran)
    {
        var module = new ForgedModule("x");
        module.On("Configure", (self, registry) => ModuleFixture.RegisterMuch(self, registry!));
        module.On(step, (self, registry) =>
        {
            if (registry is not null) ModuleFixture.RegisterMuch(self, registry);
            throw new InvalidOperationException("as planned");
        });
        Refused(module, $"its {step} threw InvalidOperationException: as planned");
        Assert.Equal(ran, string.Join(' ', module.Ran));
    }

    [Fact]
    public void A_start_and_a_stop_that_throw()
    {
        var module = new ForgedModule("x");
        module.On("Start", (_, _) => throw new InvalidOperationException("first"));
        module.On("Stop", (_, _) => throw new InvalidOperationException("second"));
        Refused(module, "first");
        Assert.Contains(_fixture.Host.Fake.Lines, line => line.Contains("its Stop threw InvalidOperationException: second"));
    }

    [Fact]
    public void A_command_that_contradicts_itself()
    {
        var module = new ForgedModule("x");
        module.On("Configure", (self, registry) =>
        {
            ModuleFixture.RegisterMuch(self, registry!);
            registry!.Command(new CommandSpec { Name = "forged.empty", Arity = 1, Group = "test", Since = "1.0.0" });
        });
        Refused(module, "forged.empty", "neither a handler nor subcommands");
    }

    [Fact]
    public void A_command_or_parameter_of_somebody_else()
    {
        var first = new ForgedModule("first");
        first.On("Configure", (self, registry) => ModuleFixture.RegisterMuch(self, registry!));
        Assert.Null(ModuleFixture.Load(_set, _fixture.Forge.Write(first)));
        string before = _fixture.Host.Everything;

        var second = new ForgedModule("second");
        second.On("Configure", (self, registry) => registry!.Command(ModuleFixture.Row(self, "forged.one")));
        Assert.Contains("'forged.one' is already registered", ModuleFixture.Load(_set, _fixture.Forge.Write(second)));
        second.On("Configure", (_, registry) => registry!.Parameter(new Abstractions.Configuration.BoolParameter("forged-switch", true)));
        Assert.Contains("already registered by 'first'", ModuleFixture.Load(_set, _fixture.Forge.Write(second)));
        Assert.Equal(before, _fixture.Host.Everything);
        Assert.True(ModuleFixture.AllCollected(_set));
    }

    [Fact]
    public void A_name_that_is_taken_in_another_case()
    {
        Assert.Null(ModuleFixture.Load(_set, _fixture.Forge.Write(new ForgedModule("Twin"))));
        var twin = new ForgedModule("tWIN");
        Assert.Contains("a module named 'Twin' is loaded already", ModuleFixture.Load(_set, _fixture.Forge.Write(twin)));
        Assert.Empty(twin.Ran);
        Assert.Single(_set.All);
    }

    [Fact]
    public void A_list_of_dependencies_that_cannot_be_read()
    {
        var module = new ForgedModule("x");
        string path = _fixture.Forge.Write(module, "Listed.dll");
        _fixture.Forge.WriteFile("Listed.deps.json", "{ not json"u8.ToArray());
        module.On("Configure", (self, _) =>
        {
            AssemblyLoadContext own = AssemblyLoadContext.GetLoadContext(self.GetType().Assembly)!;
            own.LoadFromAssemblyName(new AssemblyName("Absent.Package"));
        });
        Refused(path, "dependencies cannot be read", ".deps.json");
    }
}
