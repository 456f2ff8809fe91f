using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace ModularKv.Host.Server;

/// <summary>Runs the server on a thread of its own under the generic host.</summary>
internal sealed class ServerService(ServerStart start, IHostApplicationLifetime lifetime) : IHostedService
{
    /// <summary>Stack of the loop thread: scripts and nested calls are deeper than a pool thread's default.</summary>
    private const int StackBytes = 16 << 20;

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
        try
        {
            using var server = new RunningServer(start);
            _server = server;
            ExitCode = server.Run();
        }
        catch (Exception e)
        {
            // A broken invariant of the kernel: the report is all that can still be done.
            Console.Error.WriteLine($"=== MODULARKV BUG REPORT: {ProgramText.Line}\n{e}\n=== END OF REPORT");
            ExitCode = 134;
        }
        finally
        {
            _ended.SetResult();
            lifetime.StopApplication();
        }
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
