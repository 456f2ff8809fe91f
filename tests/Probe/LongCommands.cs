using ModularKv.Abstractions;

namespace ModularKv.Probe;

/// <summary>Long work that holds the loop and serves others meanwhile, within a command and between commands.</summary>
internal sealed class LongCommands(IServer server)
{
    private bool _released;

    /// <summary>PROBE.HOLD: returns when somebody calls PROBE.RELEASE, or the server stops. Replies how many rounds it served.</summary>
    public void Hold(ref CommandContext call)
    {
        _released = false;
        using IDisposable work = server.LongWork.Begin("BUSY the probe holds the loop", CommandFlags.AllowBusy);
        long rounds = 0;
        while (!_released && !server.LongWork.IsStopping)
        {
            server.LongWork.Serve();
            Thread.Yield();
            rounds++;
        }

        call.Reply.Integer(rounds);
    }

    /// <summary>PROBE.RELEASE: ends PROBE.HOLD, or the loading that PROBE.LOADING began.</summary>
    public void Release(ref CommandContext call)
    {
        _released = true;
        call.Reply.Ok();
    }

    /// <summary>PROBE.LOADING: from the next iteration on a data set seems to be loaded until PROBE.RELEASE is called.</summary>
    public void Load(ref CommandContext call)
    {
        _released = false;
        server.Scheduler.After(0, Loading);
        call.Reply.Ok();
    }

    private void Loading()
    {
        server.Loading.Begin(totalBytes: 0);
        for (long bytes = 1; !_released && !server.LongWork.IsStopping; bytes++)
        {
            server.Loading.Progress(bytes << 21);
            Thread.Yield();
        }

        server.Loading.End();
    }

    /// <summary>PROBE.CLOSEGATE: refuses writes until PROBE.OPENGATE.</summary>
    public void CloseGate(ref CommandContext call)
    {
        _gate ??= server.Writes.Close("MISCONF the probe wants no writes", pingToo: true);
        call.Reply.Ok();
    }

    /// <summary>PROBE.OPENGATE</summary>
    public void OpenGate(ref CommandContext call)
    {
        _gate?.Dispose();
        _gate = null;
        call.Reply.Ok();
    }

    private IDisposable? _gate;
}
