namespace ModularKv.Host.Tests.Keyspace.Memory;

/// <summary>Random operations on a keyspace and on dictionaries; the seed is in the message of a failure.</summary>
public sealed class DatabaseStoreModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(0)]
    public void Keyspace_agrees_with_dictionaries(int seed)
    {
        if (seed == 0) seed = Environment.TickCount;
        int step = 0;
        try
        {
            using KeyspaceModel model = new(seed);
            for (; step < 20_000; step++)
            {
                model.Step();
                if (step % 500 == 0) model.Compare();
            }

            model.Compare();
            Assert.Equal(model.State.Statistics.ExpiredKeys, model.ExpiredCalls);
            Assert.True(model.ExpiredCalls > 0);
            model.Drain();
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"seed {seed}, step {step}", error);
        }
    }
}
