using System.Text;
using ModularKv.Abstractions;
using ModularKv.Host.Commands;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Server;

/// <summary>Long work that holds the loop: what clients get meanwhile, and serving them.</summary>
internal sealed class LongWorkControl(Kernel kernel, SideDesk desk) : ILongWork
{
    private bool _serving;

    /// <inheritdoc/>
    public bool IsStopping => kernel.Loop.IsStopping;

    /// <inheritdoc/>
    public string? BusyRefusal
    {
        get
        {
            if (kernel.Execution.LongWork.Count == 0) return null;
            LongWorkRefusal last = kernel.Execution.LongWork[^1];
            return (last.Allowed & CommandFlags.AllowBusy) != 0 ? Encoding.Latin1.GetString(last.Error) : null;
        }
    }

    /// <inheritdoc/>
    public IDisposable Begin(string refusal, CommandFlags allowed)
    {
        var entry = new LongWorkRefusal(Encoding.Latin1.GetBytes(refusal), allowed);
        kernel.Execution.LongWork.Add(entry);
        kernel.UpdateGuard();
        return new Undo(() =>
        {
            kernel.Execution.LongWork.Remove(entry);
            kernel.UpdateGuard();
        });
    }

    /// <inheritdoc/>
    public void Serve()
    {
        if (_serving || IsStopping) return;
        _serving = true;
        try
        {
            if (kernel.Executor.Depth == 0)
            {
                kernel.Loop.RunWithin(desk);
                return;
            }

            kernel.Executor.Beside(() =>
            {
                desk.RunBehind();
                kernel.Loop.ReadWithin(desk);
            });
            kernel.Connections.FlushAll();
            kernel.Executor.CurrentClient?.FlushLater(); // its own reply is still to come
        }
        finally
        {
            _serving = false;
        }
    }
}
