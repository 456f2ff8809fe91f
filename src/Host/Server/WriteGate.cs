using System.Text;
using ModularKv.Abstractions;
using ModularKv.Host.Commands;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Server;

/// <summary>The reasons for which writes are refused.</summary>
internal sealed class WriteGate(ExecutionSettings settings, Action changed) : IWriteGate
{
    /// <inheritdoc/>
    public string? Refusal => settings.WriteRefusals is [var first, ..] ? Encoding.Latin1.GetString(first.Error) : null;

    /// <inheritdoc/>
    public IDisposable Close(string refusal, bool pingToo)
    {
        var entry = new WriteRefusal(Encoding.Latin1.GetBytes(refusal), pingToo);
        settings.WriteRefusals.Add(entry);
        changed();
        return new Undo(() =>
        {
            settings.WriteRefusals.Remove(entry);
            changed();
        });
    }
}
