using System.Text;
using ModularKv.Aof.Manifest;

namespace ModularKv.Aof.Tests;

/// <summary>The manifest's text, as aof.c reads and writes it.</summary>
public sealed class ManifestTests
{
    [Theory]
    [InlineData("", "Found an empty AOF manifest")]
    [InlineData("file a seq 1 type b", "The AOF manifest file contains too long line")]
    [InlineData("\n", "Invalid AOF manifest file format")]
    [InlineData("file a seq 1 type\n", "Invalid AOF manifest file format")]
    [InlineData("file a seq 1 type b odd\n", "Invalid AOF manifest file format")]
    [InlineData("file a seq x type b\n", "Invalid AOF manifest file format")]
    [InlineData("file \"a seq 1 type b\n", "Invalid AOF manifest file format")]
    [InlineData("file a/b seq 1 type b\n", "File can't be a path, just a filename")]
    [InlineData("file a seq 1 type x\n", "Unknown AOF file type")]
    [InlineData("file a seq 1 type b\nfile b seq 2 type b\n", "Found duplicate base file information")]
    [InlineData("file a seq 2 type i\nfile b seq 1 type i\n", "Found a non-monotonic sequence number")]
    public void A_broken_manifest_is_refused_with_the_reason(string text, string reason)
        => Assert.Equal(reason, ManifestReader.Read(Encoding.UTF8.GetBytes(text), new AofManifest())?.Reason);

    [Fact]
    public void A_rewrite_makes_history_of_what_it_replaces()
    {
        var manifest = new AofManifest();
        manifest.NextBase("f", isRdb: true);
        manifest.NextIncrement("f");
        manifest.NextIncrement("f");
        AofManifest next = manifest.Copy();
        next.NextIncrement("f");
        next.NextBase("f", isRdb: false);
        next.RetireIncrements(keepsLast: true);
        const string Expected = "file f.2.base.aof seq 2 type b\nfile f.1.incr.aof seq 1 type h\nfile f.2.incr.aof seq 2 type h\n"
            + "file f.1.base.rdb seq 1 type h\nfile f.3.incr.aof seq 3 type i\n";
        Assert.Equal(Expected, Encoding.UTF8.GetString(next.Format()));
        var read = new AofManifest();
        Assert.Null(ManifestReader.Read(next.Format(), read));
        Assert.Equal(Expected, Encoding.UTF8.GetString(read.Format()));
        Assert.Equal("f.4.incr.aof", read.NextIncrement("f").Name);
    }

    [Theory]
    [InlineData("plain.aof")]
    [InlineData(" file seq \n\n.aof ")]
    [InlineData("q\"uote\t\u00e4\u0001")]
    public void Names_survive_quoting(string name)
    {
        var manifest = new AofManifest();
        manifest.NextIncrement(name);
        var read = new AofManifest();
        Assert.Null(ManifestReader.Read(manifest.Format(), read));
        Assert.Equal(name + ".1.incr.aof", read.Increments[0].Name);
    }

    [Fact]
    public void Any_bytes_end_in_a_reason_or_a_manifest()
    {
        var random = new Random(4711);
        byte[] good = Encoding.UTF8.GetBytes("file a.1.base.rdb seq 1 type b\n#c\nfile \"a b\" seq 1 type i\nfile c seq 2 type h k v\n");
        for (int i = 0; i < 100_000; i++)
        {
            byte[] text = [.. good];
            for (int n = random.Next(1, 5); n > 0; n--) text[random.Next(text.Length)] = (byte)random.Next(256);
            ManifestReader.Read(text.AsSpan(0, random.Next(text.Length + 1)), new AofManifest());
        }
    }
}
