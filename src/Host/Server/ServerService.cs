using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using ModularKv.Host.Primitives.Unsafe;

namespace ModularKv.Host.Server;

/// <summary>Runs the server on a thread of its own under the generic host.</summary>
internal sealed class ServerService(ServerStart start, IHostApplicationLifetime lifetime) : IHostedService
{
    /// <summary>Stack of the loop thread: scripts and nested calls are deeper than a pool thread's default.</summary>
    private const int StackBytes = 16 << 20;

    /// <summary>The code of a process that SIGABRT has ended.</summary>
    private const int AbortedCode = 128 + ProcessEnd.Abort;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RunningServer? _server;

    /// <summary>The process's exit code.</summary>
    public int ExitCode { get; private set; }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var thread = new Thread(Run, StackBytes) { Name = "loop" };
        thread.Start();
        return Task.CompletedTask;
    }

    private void Run()
    {
        bool isReported = false;
        try
        {
            using var server = new RunningServer(start);
            _server = server;
            AppDomain.CurrentDomain.UnhandledException += ReportOther;
            ExitCode = RunReported(server, out isReported);
        }
        catch (Exception e)
        {
            // A broken invariant of the kernel: the report is all that can still be done.
            if (!isReported) Console.Error.WriteLine($"=== MODULARKV BUG REPORT: {ProgramText.Line}\n{e}\n=== END OF REPORT");
            ExitCode = AbortedCode;
        }
        finally
        {
            _ended.SetResult();
            lifetime.StopApplication();
        }
    }

    // While the server is still there to be asked for its state.
    private static int RunReported(RunningServer server, out bool isReported)
    {
        isReported = false;
        try
        {
            return server.Run();
        }
        catch (Exception e)
        {
            isReported = server.Crash.Unhandled(e, isOnLoop: true);
            throw;
        }
    }

    // On another thread: the runtime ends the process when this returns.
    private void ReportOther(object sender, UnhandledExceptionEventArgs fault)
    {
        if (fault.ExceptionObject is Exception e) _server?.Crash.Unhandled(e, isOnLoop: false);
    }

    /// <summary>SIGABRT: a report, and the end.</summary>
    public void Abort()
    {
        if (_server is { } server) server.Crash.Aborted(); else ProcessEnd.BySignal(ProcessEnd.Abort);
    }

    /// <summary>
    /// SIGTERM or SIGINT: asks the server to stop, which it may refuse. A second SIGINT meanwhile ends the process at once.
    /// Source: sigShutdownHandler.
    /// </summary>
    public void Signal(PosixSignal signal)
    {
        if (_server is not { } server)
        {
            lifetime.StopApplication();
            return;
        }

        if (signal == PosixSignal.SIGINT && server.IsStopping)
        {
            Console.Error.WriteLine("You insist... exiting now.");
            Environment.Exit(1);
        }

        server.RequestStop(signal == PosixSignal.SIGINT);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_ended.Task.IsCompleted) _server?.RequestStop();
        await _ended.Task;
    }
}
