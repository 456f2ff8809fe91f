using System.Text;
using ModularKv.Tracking.Broadcasting;

namespace ModularKv.Tracking.Tests;

/// <summary>The list of keys in a broadcast.</summary>
public sealed class ChangedKeysTests
{
    [Fact]
    public void Stands_in_the_order_of_its_bytes_and_leaves_out_a_writer()
    {
        ChangedKeys keys = new();
        Assert.True(keys.TryAdd("b"u8, 7) && keys.TryAdd("ab"u8, 0) && keys.TryAdd("a"u8, 8));
        Assert.True(keys.TryAdd([], 7) && keys.TryAdd([255], 7));
        keys.Sort();
        Assert.Equal("*5\r\n$0\r\n\r\n$1\r\na\r\n$2\r\nab\r\n$1\r\nb\r\n$1\r\n\u00ff\r\n", Encoding.Latin1.GetString(keys.Message(0)));
        Assert.Equal("*2\r\n$1\r\na\r\n$2\r\nab\r\n", Encoding.Latin1.GetString(keys.Message(7)));
        Assert.Equal("*4\r\n$0\r\n\r\n$2\r\nab\r\n$1\r\nb\r\n$1\r\n\u00ff\r\n", Encoding.Latin1.GetString(keys.Message(8)));
        keys.Clear();
        Assert.True(keys.Message(0).IsEmpty);
        Assert.True(keys.TryAdd("x"u8, 7));
        Assert.True(keys.Message(7).IsEmpty);
    }

    [Fact]
    public void Refuses_what_would_not_fit()
    {
        ChangedKeys keys = new();
        byte[] large = new byte[(ChangedKeys.BytesMax / 2) + 1];
        Assert.True(keys.TryAdd(large, 0));
        Assert.False(keys.TryAdd(large, 0));
        Assert.True(keys.TryAdd("k"u8, 0));
    }
}
