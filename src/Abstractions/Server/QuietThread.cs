using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions;

/// <summary>
/// Threads for long work beside the loop: formatting, compressing, freeing. Where cores are fewer than threads they give way to the loop,
/// which otherwise waits several milliseconds whenever one of them has work. Not for work that a client waits for.
/// </summary>
public static class QuietThread
{
    /// <summary>Starts one. It does not keep the process alive.</summary>
    /// <param name="name">Its name, for debuggers and operators; the system shows 15 characters.</param>
    /// <param name="run">What it does. An exception that leaves it ends the process.</param>
    public static Thread Start(string name, Action run)
    {
        var thread = new Thread(() =>
        {
            ThreadPriorities.Lower(0);
            run();
        }) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }
}
