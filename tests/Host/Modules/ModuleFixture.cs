using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Host.Modules;

namespace ModularKv.Host.Tests.Modules;

/// <summary>A forge, a host without a kernel, and what tests ask of both.</summary>
internal sealed class ModuleFixture : IDisposable
{
    public ModuleForge Forge { get; } = new();

    public FakeModuleHost Host { get; } = new();

    /// <summary>A set that is running without built-in modules.</summary>
    public ModuleSet Running(params IReadOnlyList<string>[] lines)
    {
        ModuleSet set = Set(["none"], lines: lines);
        Assert.True(set.Configure(), string.Join('\n', Host.Fake.Lines));
        Assert.True(set.Start(), string.Join('\n', Host.Fake.Lines));
        return set;
    }

    /// <summary>A set that is not configured yet.</summary>
    public ModuleSet Set(IReadOnlyList<string> selection, IReadOnlyList<string>? defaults = null, bool refuses = true,
        IReadOnlyList<IReadOnlyList<string>>? lines = null)
        => new(Host, new ModuleSetOptions
        {
            Directory = Forge.Folder,
            Selection = selection,
            Defaults = defaults ?? [],
            Lines = lines ?? [],
            RefusesOnFailure = refuses,
        });

    /// <summary>Writes a built-in module where a server looks for it.</summary>
    public ForgedModule BuiltIn(string name, params string[] dependsOn)
    {
        var module = new ForgedModule(name) { DependsOn = dependsOn };
        Forge.Write(module, Path.Combine(name, $"ModularKv.{name}.dll"));
        return module;
    }

    /// <summary>Loads a module; null or the error.</summary>
    public static string? Load(ModuleSet set, string path, params (string, string)[] parameters)
        => set.Load(path, [], [.. parameters.Select(p => KeyValuePair.Create(p.Item1, p.Item2))]);

    /// <summary>A row whose handler belongs to an object of the module, so that it keeps the module alive while it is registered.</summary>
    public static CommandSpec Row(object module, string name) => new()
    {
        Name = name,
        Arity = 1,
        Group = "test",
        Since = "1.0.0",
        Handler = (ref CommandContext call) => GC.KeepAlive(module),
    };

    /// <summary>Registers one of each kind, all of it holding the module.</summary>
    public static void RegisterMuch(object module, IModuleRegistry registry)
    {
        registry.Command(Row(module, "forged.one"));
        registry.Parameter(new BoolParameter("forged-switch", false) { Apply = () => module.ToString() });
        registry.Info("Forged", 9000, _ => GC.KeepAlive(module));
        registry.OnShutdown(_ => module is not null);
        registry.ClientState<string>();
        registry.Provide(module);
        registry.Configuration.Changed += _ => GC.KeepAlive(module);
    }

    /// <summary>Whether nothing refers to any unloaded module after garbage collections.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool AllCollected(ModuleSet set)
    {
        for (int i = 0; i < 20 && set.Lingering.Count > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return set.Lingering.Count == 0;
    }

    public void Dispose()
    {
        Host.Dispose();
        Forge.Dispose();
    }
}
