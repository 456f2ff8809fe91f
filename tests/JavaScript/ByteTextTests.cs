using System.Text;
using ModularKv.JavaScript.Running;

namespace ModularKv.JavaScript.Tests;

/// <summary>Bytes survive as text; characters that no byte stands for become UTF-8.</summary>
public sealed class ByteTextTests
{
    [Fact]
    public void Every_byte_survives()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        Assert.Equal(all, ByteText.Encode(ByteText.Decode(all)));
    }

    [Fact]
    public void Characters_above_a_byte_become_utf8()
    {
        Assert.Equal([.. "a"u8, 0xe9, .. "€😀"u8], ByteText.Encode("a\u00e9€😀"));
        Assert.Equal(Encoding.UTF8.GetBytes("\ufffdx"), ByteText.Encode("\ud83dx"));
    }
}
