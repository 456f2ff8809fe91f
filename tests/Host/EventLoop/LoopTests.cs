using ModularKv.Abstractions;
using ModularKv.Host.EventLoop;
using ModularKv.Host.Primitives;
using ModularKv.Host.Tests.Networking;

namespace ModularKv.Host.Tests.EventLoop;

public sealed class LoopTests
{
    private static Loop Quiet() => new(new FakePoller(), new LoopClock(), new ServerStatistics());

    [Fact]
    public void Timers_run_in_the_order_in_which_they_are_due()
    {
        var random = new Random(5);
        var queue = new TimerQueue();
        List<long> ran = [];
        List<(long Due, IDisposable Timer)> timers = [];
        for (int i = 0; i < 1000; i++)
        {
            long due = random.Next(1000);
            timers.Add((due, queue.Add(due, 0, () => ran.Add(due))));
        }

        var cancelled = timers.Where((_, i) => i % 3 == 0).ToList();
        foreach ((_, IDisposable timer) in cancelled) timer.Dispose();
        long[] expected = [.. timers.Except(cancelled).Select(timer => timer.Due).Order()];
        Assert.Equal(Math.Max(0, expected[0] - 2), queue.NextMs(2));
        queue.RunDue(499);
        Assert.Equal(expected.Where(due => due <= 499), ran);
        queue.RunDue(1000);
        Assert.Equal(expected, ran);
        Assert.Equal(-1, queue.NextMs(1000));
    }

    [Fact]
    public void A_periodic_timer_runs_once_after_a_jump_of_the_clock()
    {
        var queue = new TimerQueue();
        int runs = 0;
        IDisposable timer = queue.Add(100, 100, () => runs++);
        queue.RunDue(100);
        queue.RunDue(150);
        Assert.Equal(1, runs);
        queue.RunDue(10_000);
        Assert.Equal(2, runs);
        queue.RunDue(10_001);
        queue.RunDue(10_002);
        Assert.InRange(runs, 2, 3);
        timer.Dispose();
        int before = runs;
        queue.RunDue(100_000);
        Assert.Equal(before, runs);
    }

    [Fact]
    public void A_timer_that_renews_itself_does_not_hold_the_loop()
    {
        var queue = new TimerQueue();
        int runs = 0;
        void Again()
        {
            runs++;
            queue.Add(10, 0, Again);
        }

        queue.Add(10, 0, Again);
        queue.RunDue(10);
        Assert.Equal(1, runs);
        Assert.Equal(1, queue.NextMs(10));
        queue.RunDue(11);
        Assert.Equal(2, runs);
    }

    [Fact]
    public void Posted_work_that_posts_does_not_hold_the_loop()
    {
        using Loop loop = Quiet();
        int runs = 0;
        void Again()
        {
            runs++;
            loop.Post(Again);
        }

        loop.Post(Again);
        loop.RunOnce();
        Assert.Equal(1, runs);
        loop.RunOnce();
        Assert.Equal(2, runs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Work_posted_from_many_threads_runs_on_the_loop_in_each_threads_order(bool portable)
    {
        const int Threads = 4;
        const int Each = 2000;
        using var loop = new Loop(Poller.Create(portable), new LoopClock(), new ServerStatistics());
        var last = new int[Threads];
        int loopThread = 0;
        int ran = 0;
        Thread[] posters = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            for (int i = 1; i <= Each; i++)
            {
                int n = i;
                loop.Post(() =>
                {
                    Assert.Equal(loopThread, Environment.CurrentManagedThreadId);
                    Assert.Equal(n, ++last[number]);
                    if (++ran == Threads * Each) loop.Stop();
                });
            }
        }))];
        loopThread = Environment.CurrentManagedThreadId;
        foreach (Thread poster in posters) poster.Start();
        loop.Run();
        Assert.Equal(Threads * Each, ran);
    }

    [Fact]
    public void Background_work_comes_back_to_the_loop_with_its_failure()
    {
        using var loop = new Loop(Poller.Create(), new LoopClock(), new ServerStatistics());
        int loopThread = Environment.CurrentManagedThreadId;
        int workThread = loopThread;
        List<string?> ends = [];
        void Done(Exception? error)
        {
            Assert.Equal(loopThread, Environment.CurrentManagedThreadId);
            ends.Add(error?.Message);
            if (ends.Count == 2) loop.Stop();
        }

        loop.Background(() => workThread = Environment.CurrentManagedThreadId, Done);
        loop.Background(() => throw new InvalidOperationException("broken"), Done);
        loop.Run();
        Assert.NotEqual(loopThread, workThread);
        Assert.Contains(null, ends);
        Assert.Contains("broken", ends);
    }

    [Fact]
    public void Slices_run_again_at_once_while_they_ask_for_it()
    {
        using Loop loop = new(Poller.Create(), new LoopClock(), new ServerStatistics());
        int left = 50;
        loop.AddSlice(() => --left > 0);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (left > 0)
        {
            loop.WakeWithinMs = left == 50 ? 0 : -1;
            loop.RunOnce();
        }

        Assert.True(watch.ElapsedMilliseconds < 1000);
    }
}
