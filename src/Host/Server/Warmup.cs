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
    /// <summary>Rooms on the path from the socket to the value and back, by the end of their namespaces.</summary>
    private static readonly string[] Rooms = [".Memory", ".Unsafe", ".Networking", ".Abstractions", ".Collections"];

    /// <summary>Starts it.</summary>
    public static void Start(IEnumerable<Command> commands)
    {
        Command[] all = [.. commands];
        _ = QuietThread.Start("warm-up", () => Run(all));
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
    }

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
        const BindingFlags own = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static;
        foreach (MethodInfo method in type.GetMethods(own | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (!method.IsAbstract && !method.ContainsGenericParameters) Prepare(method);
        }
    }

    private static void Prepare(MethodInfo method)
    {
        try
        {
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
        }
        catch (PlatformNotSupportedException)
        {
            // What only another system has cannot be compiled here, and is not called here either.
        }
    }
}
