using ModularKv.Host.Commands.Memory;
using ModularKv.Host.EventLoop;
using ModularKv.Host.Networking.Memory;
using ModularKv.Host.Primitives.Memory;

namespace ModularKv.Host.Server;

/// <summary>
/// A second place to receive, parse and execute, for while the first one is in the middle of a batch. The connection whose command runs
/// there is left alone until it is done.
/// </summary>
internal sealed class SideDesk(Kernel kernel, Receiver main, CommandBatch mainBatch) : InnerStage
{
    private Receiver? _side;

    /// <inheritdoc/>
    public override void Enter()
    {
        _side ??= Create();
        _side.Ahead = main;
        kernel.Connections.Receiver = _side;
    }

    /// <summary>Runs what other clients have in the first place's batch, behind the command that holds it.</summary>
    public void RunBehind() => mainBatch.RunBehind();

    /// <inheritdoc/>
    public override void EndOfReading() => _side!.Flush();

    /// <inheritdoc/>
    public override void Leave() => kernel.Connections.Receiver = main;

    private Receiver Create()
    {
        var arguments = new ArgumentArena();
        var batch = new CommandBatch(arguments, kernel.Commands, kernel.Databases, kernel.Executor);
        var bridge = new RequestBridge(batch, kernel.Executor.Blocking, kernel.Observers);
        return new Receiver(arguments, kernel.Limits, bridge, kernel.Statistics);
    }
}
