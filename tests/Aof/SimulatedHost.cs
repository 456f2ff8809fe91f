using ModularKv.Abstractions;
using ModularKv.Aof.Writing;

namespace ModularKv.Aof.Tests;

/// <summary>The writer's surroundings without a server: a clock that tests move, syncs that end when tests say so.</summary>
internal sealed class SimulatedHost : WriterHost, ILog
{
    private readonly Queue<(Action Work, Action<Exception?> Done)> _jobs = new();

    public List<string> Lines { get; } = [];

    public FsyncPolicy PolicyNow { get; set; }

    public bool HasTimestamps { get; set; }

    public long TimeMs { get; set; } = 1_700_000_000_000;

    public long OffsetNow { get; set; }

    public bool HasExited { get; private set; }

    public string? Refusal { get; private set; }

    public int Jobs => _jobs.Count;

    public override ILog Log => this;

    public override FsyncPolicy Policy => PolicyNow;

    public override bool WritesTimestamps => HasTimestamps;

    public override bool HoldsSyncBack => false;

    public override bool IsImageWritten => false;

    public override long NowMs => TimeMs;

    public override long Offset => OffsetNow;

    public override long Micros() => TimeMs * 1000;

    public override void Background(Action work, Action<Exception?> done) => _jobs.Enqueue((work, done));

    /// <summary>Lets one background job run and end.</summary>
    public void RunJob()
    {
        if (!_jobs.TryDequeue(out (Action Work, Action<Exception?> Done) job)) return;
        Exception? error = null;
        try
        {
            job.Work();
        }
        catch (IOException e)
        {
            error = e;
        }

        job.Done(error);
    }

    public override void Report(string latencyEvent, long micros)
    {
    }

    public override void SleepBeforeWrite()
    {
    }

    public override void RefuseWrites(string? reason) => Refusal = reason;

    public override void Synced()
    {
    }

    public override void Exit()
    {
        HasExited = true;
        throw new ExitException();
    }

    public void Write(LogLevel level, string text) => Lines.Add(text);

    /// <summary>Stands for the end of the process.</summary>
    public sealed class ExitException : Exception;
}
