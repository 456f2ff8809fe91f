using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using ModularKv.Host.Primitives.Unsafe;

namespace ModularKv.Host.Server;

/// <summary>SIGTERM and SIGINT stop the server in good order; the console's own handling would print and block.</summary>
internal sealed class SignalLifetime(ServerService server) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (PosixSignal signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                server.Signal(signal);
            }));
        }

        if (!OperatingSystem.IsWindows())
        {
            _registrations.Add(PosixSignalRegistration.Create((PosixSignal)ProcessEnd.Abort, context =>
            {
                context.Cancel = true;
                server.Abort();
            }));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }
}
