using System.Reflection;
using System.Reflection.Emit;
using ModularKv.Abstractions;

namespace ModularKv.Host.Tests.Modules;

/// <summary>What a made module does at a step of its life: itself, and its registry (null in constructor, Start and Stop).</summary>
public delegate void ForgedStep(object module, IModuleRegistry? registry);

/// <summary>Writes small module assemblies at test time. Their methods call back into the test through <see cref="ForgedSteps"/>.</summary>
internal sealed class ModuleForge : IDisposable
{
    private static readonly ConstructorInfo s_attribute = typeof(ModuleAttribute).GetConstructors()[0];
    private static readonly MethodInfo s_run = typeof(ForgedSteps).GetMethod(nameof(ForgedSteps.Run))!;
    private readonly string _folder = Directory.CreateTempSubdirectory("modularkv-modules-").FullName;
    private int _assemblies;

    /// <summary>A new folder of the forge's own, for built-ins.</summary>
    public string Folder => _folder;

    /// <summary>A file with any content.</summary>
    public string WriteFile(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>An assembly with a module.</summary>
    public string Write(ForgedModule module, string? file = null) => Write([module], file);

    /// <summary>An assembly with any number of modules.</summary>
    public string Write(IReadOnlyList<ForgedModule> modules, string? file = null)
    {
        string name = $"Forged{Interlocked.Increment(ref _assemblies)}";
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly);
        ModuleBuilder builder = assembly.DefineDynamicModule(name);
        for (int i = 0; i < modules.Count; i++) Define(builder, modules[i], $"Forged.Module{i}");
        string path = Path.Combine(_folder, file ?? name + ".dll");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        assembly.Save(path);
        return path;
    }

    private static void Define(ModuleBuilder builder, ForgedModule module, string typeName)
    {
        TypeAttributes shape = TypeAttributes.Public | (module.IsAbstract ? TypeAttributes.Abstract : TypeAttributes.Sealed);
        TypeBuilder type = builder.DefineType(typeName, shape, typeof(object));
        if (module.ImplementsModule) type.AddInterfaceImplementation(typeof(IModule));
        if (module.HasAttribute)
        {
            PropertyInfo depends = typeof(ModuleAttribute).GetProperty(nameof(ModuleAttribute.DependsOn))!;
            PropertyInfo summary = typeof(ModuleAttribute).GetProperty(nameof(ModuleAttribute.Summary))!;
            type.SetCustomAttribute(new CustomAttributeBuilder(
                s_attribute, [module.Name, "1.0.0", module.ApiLevel], [depends, summary], [module.DependsOn, "forged"]));
        }

        Type[] constructorArguments = module.HasParameterlessConstructor ? [] : [typeof(int)];
        ConstructorBuilder made = type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, constructorArguments);
        ILGenerator il = made.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(object).GetConstructor([])!);
        EmitStep(il, module, "constructor", false);
        DefineStep(type, module, nameof(IModule.Configure), [typeof(IModuleRegistry)]);
        DefineStep(type, module, nameof(IModule.Start), [typeof(IServer)]);
        DefineStep(type, module, nameof(IModule.Stop), []);
        type.CreateType();
    }

    private static void DefineStep(TypeBuilder type, ForgedModule module, string name, Type[] arguments)
    {
        const MethodAttributes Shape =
            MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig | MethodAttributes.NewSlot;
        MethodBuilder method = type.DefineMethod(name, Shape, typeof(void), arguments);
        EmitStep(method.GetILGenerator(), module, name, name == nameof(IModule.Configure));
    }

    private static void EmitStep(ILGenerator il, ForgedModule module, string step, bool hasRegistry)
    {
        il.Emit(OpCodes.Ldstr, module.Key + " " + step);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(hasRegistry ? OpCodes.Ldarg_1 : OpCodes.Ldnull);
        il.Emit(OpCodes.Call, s_run);
        il.Emit(OpCodes.Ret);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <summary>A module to be made.</summary>
internal sealed class ForgedModule(string name)
{
    /// <summary>Under which its steps are found.</summary>
    public string Key { get; } = Guid.NewGuid().ToString("N");

    public string Name { get; } = name;

    public int ApiLevel { get; init; } = Abstractions.ApiLevel.Current;

    public string[] DependsOn { get; init; } = [];

    public bool HasAttribute { get; init; } = true;

    public bool ImplementsModule { get; init; } = true;

    public bool IsAbstract { get; init; }

    public bool HasParameterlessConstructor { get; init; } = true;

    /// <summary>Steps that were run, in order, over all its lives.</summary>
    public IReadOnlyList<string> Ran => ForgedSteps.RanOf(Key);

    /// <summary>Gives a step something to do: "constructor", "Configure", "Start", "Stop".</summary>
    public ForgedModule On(string step, ForgedStep run)
    {
        ForgedSteps.Set(Key + " " + step, run);
        return this;
    }
}

/// <summary>What forged methods call.</summary>
public static class ForgedSteps
{
    private static readonly Dictionary<string, ForgedStep> s_steps = [];
    private static readonly List<string> s_ran = [];

    /// <summary>Sets what a step does.</summary>
    public static void Set(string step, ForgedStep run)
    {
        lock (s_steps) s_steps[step] = run;
    }

    /// <summary>Called by the forged module.</summary>
    public static void Run(string step, object module, IModuleRegistry? registry)
    {
        ForgedStep? run;
        lock (s_steps)
        {
            s_ran.Add(step);
            run = s_steps.GetValueOrDefault(step);
        }

        run?.Invoke(module, registry);
    }

    /// <summary>The steps that modules of this key ran, without the key.</summary>
    public static IReadOnlyList<string> RanOf(string key)
    {
        lock (s_steps) return [.. s_ran.Where(s => s.StartsWith(key, StringComparison.Ordinal)).Select(s => s[(key.Length + 1)..])];
    }
}
