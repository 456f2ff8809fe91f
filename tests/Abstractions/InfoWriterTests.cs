using ModularKv.Abstractions;

namespace ModularKv.Abstractions.Tests;

/// <summary>Lines of INFO.</summary>
public sealed class InfoWriterTests
{
    [Fact]
    public void A_name_written_again_gets_the_new_value_in_its_old_place()
    {
        var info = new InfoWriter();
        info.Line("role", "master");
        info.Line("ratio", 1.5, 2);
        info.Raw("module:name=a");
        info.Raw("module:name=b");
        info.Line("role", "slave");
        Assert.Equal("role:slave\r\nratio:1.50\r\nmodule:name=a\r\nmodule:name=b\r\n", info.ToString());
    }
}
