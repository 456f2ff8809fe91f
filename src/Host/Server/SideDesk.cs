using ModularKv.Host.Commands.Memory;
using ModularKv.Host.EventLoop;
using ModularKv.Host.Networking.Memory;
using ModularKv.Host.Primitives.Memory;

namespace ModularKv.Host.Server;

/// <summary>
/// A second place to receive, parse and execute, for while the first one is in the middle of a batch. What others have in that batch is
/// executed first; the client that holds it up, and the one whose bytes are being parsed, wait until it goes on.
/// </summary>
internal sealed class SideDesk(Kernel kernel, Receiver main, CommandBatch mainBatch) : InnerStage
{
    private Receiver? _side;

    /// <inheritdoc/>
    public override void Enter()
    {
        _side ??= Create();
        kernel.Connections.Receiver = _side;
        if (kernel.Executor.CurrentClient is { } holder) mainBatch.RunOthers(holder);
    }

    /// <inheritdoc/>
    public override void EndOfReading() => _side!.Flush();

    /// <inheritdoc/>
    public override void Leave() => kernel.Connections.Receiver = main;

    private Receiver Create()
    {
        var arguments = new ArgumentArena();
        var batch = new CommandBatch(arguments, kernel.Commands, kernel.Databases, kernel.Executor);
        var bridge = new RequestBridge(batch, kernel.Executor.Blocking, kernel.Observers);
        return new Receiver(arguments, kernel.Limits, bridge, kernel.Statistics)
        {
            Waits = connection => connection == kernel.Executor.CurrentClient || connection == main.InHand,
        };
    }
}
