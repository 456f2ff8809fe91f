using System.Reflection;
using ModularKv.Abstractions;

namespace ModularKv.Host.Modules;

/// <summary>Puts into words why a module's own code failed.</summary>
internal static class ModuleFaults
{
    /// <summary>One line: what was being done, and the innermost cause.</summary>
    /// <param name="doing">"its constructor", "its Configure", …</param>
    /// <param name="fault">What was thrown.</param>
    public static string Explain(string doing, Exception fault)
    {
        while (fault is TypeInitializationException or TargetInvocationException or FileLoadException && fault.InnerException is { } inner)
        {
            fault = inner;
        }

        return fault switch
        {
            ModuleException => fault.Message,
            FileNotFoundException { FileName: { Length: > 0 } missing } =>
                $"{doing} needs {missing}, which is neither beside the module nor a part of the server",
            TypeLoadException or MissingMemberException =>
                $"{doing} uses what this server's contract does not have ({fault.Message.TrimEnd('.')}): rebuild it",
            _ => $"{doing} threw {fault.GetType().Name}: {fault.Message}",
        };
    }
}
