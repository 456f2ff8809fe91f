using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Monitoring.Latency;

/// <summary>LATENCY but for HISTOGRAM.</summary>
internal sealed class LatencyCommands(LatencyRecorder recorder)
{
    /// <summary>LATENCY HISTORY event. Source: redis.io/commands/latency-history.</summary>
    public void History(ref CommandContext call)
    {
        if (!recorder.Series.TryGetValue(Name(call, 2), out LatencySeries? series))
        {
            call.Reply.Array(0);
            return;
        }

        call.Reply.Array(series.Count);
        for (int i = 0; i < series.Count; i++)
        {
            call.Reply.Array(2);
            call.Reply.Integer(series[i].UnixSeconds);
            call.Reply.Integer(series[i].Milliseconds);
        }
    }

    /// <summary>LATENCY LATEST. Source: redis.io/commands/latency-latest.</summary>
    public void Latest(ref CommandContext call)
    {
        call.Reply.Array(recorder.Series.Count);
        foreach ((string name, LatencySeries series) in recorder.Series)
        {
            call.Reply.Array(4);
            call.Reply.Bulk(Encoding.UTF8.GetBytes(name));
            call.Reply.Integer(series.Last.UnixSeconds);
            call.Reply.Integer(series.Last.Milliseconds);
            call.Reply.Integer(series.MaxMs);
        }
    }

    /// <summary>LATENCY RESET [event ...]. Source: redis.io/commands/latency-reset.</summary>
    public void Reset(ref CommandContext call)
    {
        int count = 0;
        if (call.ArgumentCount == 2) count = recorder.ResetAll();
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (recorder.Reset(Name(call, i))) count++;
        }

        call.Reply.Integer(count);
    }

    /// <summary>LATENCY GRAPH event. Source: redis.io/commands/latency-graph.</summary>
    public void Graph(ref CommandContext call)
    {
        string name = Name(call, 2);
        if (!recorder.Series.TryGetValue(name, out LatencySeries? series))
        {
            call.Reply.Error([.. "ERR No samples available for event '"u8, .. Words.Shown(call.Argument(2)), (byte)'\'']);
            return;
        }

        call.Reply.Verbatim("txt"u8, Encoding.UTF8.GetBytes(LatencyText.Graph(name, series, recorder.NowSeconds)));
    }

    /// <summary>LATENCY DOCTOR. Source: redis.io/commands/latency-doctor; the text is our own.</summary>
    public void Doctor(ref CommandContext call) => call.Reply.Verbatim("txt"u8, Encoding.UTF8.GetBytes(LatencyText.Doctor(recorder)));

    private static string Name(in CommandContext call, int index) => Encoding.UTF8.GetString(call.Argument(index));
}
