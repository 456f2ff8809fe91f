using System.Runtime.InteropServices;

namespace ModularKv.Host.Primitives;

/// <summary>Why the operating system refused, in its own words: the framework's messages are stripped from this program.</summary>
internal static class SystemReason
{
    /// <summary>The phrase of a failure with files.</summary>
    public static string Of(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => "No such file or directory",
        UnauthorizedAccessException => "Permission denied",
        IOException { HResult: > 0 } numbered => Marshal.GetPInvokeErrorMessage(numbered.HResult),
        _ => failure.GetType().Name,
    };
}
