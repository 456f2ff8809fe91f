using System.Reflection;
using System.Runtime.CompilerServices;
using ModularKv.Abstractions;

namespace ModularKv.Host.Server;

/// <summary>
/// Compiles the path of a command on another thread right after the start: otherwise the first command of each kind waits while its code
/// is compiled, 10 ms and more. Where the program was published with ReadyToRun there is little left to do.
/// </summary>
internal static class Warmup
{
    /// <summary>
    /// Rooms on the path from the socket to the value and back, and those of a snapshot on its way to a file, by the end of their
    /// namespaces.
    /// </summary>
    private static readonly string[] Rooms =
        [".Memory", ".Unsafe", ".Networking", ".Abstractions", ".Collections", ".Keyspace", ".EventLoop", ".Primitives", ".Server"];

    private const BindingFlags Everything = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Starts it.</summary>
    public static void Start(IEnumerable<Command> commands)
    {
        Command[] all = [.. commands];
        // Not a quiet thread: while it compiles it holds locks that the loop may need.
        var thread = new Thread(() => Run(all)) { IsBackground = true, Name = "warm-up" };
        thread.Start();
    }

    private static void Run(Command[] commands)
    {
        PrepareRooms(typeof(Warmup).Assembly);
        PrepareRooms(typeof(Command).Assembly);

        // Whatever the modules are: their handlers, what stands in the same classes, and then all that these call in turn.
        Type[] handlers = [.. commands.Select(command => command.Spec.Handler?.Method.DeclaringType).OfType<Type>().Distinct()];
        foreach (Type type in handlers) Prepare(type);
        foreach (Assembly assembly in handlers.Select(type => type.Assembly).Distinct())
        {
            foreach (Type type in assembly.GetTypes().Except(handlers)) Prepare(type);
        }

        PrepareWalks([typeof(Warmup).Assembly, typeof(Command).Assembly, .. handlers.Select(type => type.Assembly).Distinct()]);
    }

    /// <summary>
    /// Walks over tables are compiled for each visitor of its own, which is a struct: every pair of a generic method and a struct that
    /// fits its only parameter.
    /// </summary>
    private static void PrepareWalks(Assembly[] assemblies)
    {
        Type[] visitors = [.. assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsValueType
            && !type.ContainsGenericParameters && !type.IsByRefLike && type.GetInterfaces().Any(IsOwn))];
        const BindingFlags all = Everything | BindingFlags.Static | BindingFlags.Instance;
        foreach (MethodInfo method in assemblies[..2].SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.ContainsGenericParameters).SelectMany(type => type.GetMethods(all)))
        {
            if (method.IsAbstract || method.GetGenericArguments() is not [Type parameter]) continue;
            if (parameter.GetGenericParameterConstraints().FirstOrDefault(IsOwn) is not { } wanted) continue;
            foreach (Type visitor in visitors.Where(wanted.IsAssignableFrom)) Prepare(method.MakeGenericMethod(visitor));
        }
    }

    private static bool IsOwn(Type type)
        => type.IsInterface && !type.ContainsGenericParameters && type.Namespace?.StartsWith("ModularKv", StringComparison.Ordinal) == true;

    private static void PrepareRooms(Assembly assembly)
    {
        foreach (Type type in assembly.GetTypes())
        {
            if (Rooms.Any(room => type.Namespace?.EndsWith(room, StringComparison.Ordinal) == true)) Prepare(type);
        }
    }

    private static void Prepare(Type type)
    {
        if (type.ContainsGenericParameters || type.IsInterface) return;
        const BindingFlags own = Everything | BindingFlags.Instance;
        foreach (MethodInfo method in type.GetMethods(own | BindingFlags.Static))
        {
            if (!method.IsAbstract && !method.ContainsGenericParameters) Prepare(method);
        }

        foreach (ConstructorInfo constructor in type.GetConstructors(own)) Prepare(constructor);
    }

    private static void Prepare(MethodBase method)
    {
        try
        {
            if (method.IsGenericMethod) RuntimeHelpers.PrepareMethod(method.MethodHandle, Handles(method));
            else RuntimeHelpers.PrepareMethod(method.MethodHandle);
        }
        catch (PlatformNotSupportedException)
        {
            // What only another system has cannot be compiled here, and is not called here either.
        }
    }

    private static RuntimeTypeHandle[] Handles(MethodBase method) => [.. method.GetGenericArguments().Select(type => type.TypeHandle)];
}
