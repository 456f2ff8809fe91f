namespace ModularKv.Eviction.Tests;

public sealed class EvictionSettingsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 50)]
    [InlineData(10, 500)]
    [InlineData(11, 575)]
    [InlineData(100, long.MaxValue)]
    public void Tenacity_is_a_time(long tenacity, long micros) => Assert.Equal(micros, EvictionSettings.MicrosOf(tenacity));

    [Fact]
    public void Tenacity_99_is_about_two_minutes()
        => Assert.InRange(EvictionSettings.MicrosOf(99), 120_000_000, 130_000_000);

    [Theory]
    [InlineData(0, 1_000_000, 0)]
    [InlineData(1, 0, 131_072)]
    [InlineData(5_000_000, 0, 5_000_000)]
    [InlineData(-10, 0, 0)]
    [InlineData(-10, 100_000_000, 10_000_000)]
    [InlineData(-1, 1_000_000, 131_072)]
    [InlineData(-100, long.MaxValue, long.MaxValue)]
    public void A_limit_for_clients_may_be_a_percentage_and_is_never_tiny(long value, long memory, long bytes)
        => Assert.Equal(bytes, EvictionSettings.ClientBytesOf(value, memory));
}
