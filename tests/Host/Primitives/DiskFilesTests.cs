using ModularKv.Abstractions;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Tests.Primitives;

public sealed class DiskFilesTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("modularkv");
    private readonly DiskFiles files = new();

    [Fact]
    public void What_is_written_is_read_and_cut()
    {
        using (DataFile file = files.Create(In("data")))
        {
            file.Write("0123456789"u8);
            file.Sync();
            file.Truncate(4);
            file.Write("x"u8);
            Assert.Equal(5, file.Length);
        }

        using (DataFile file = files.Append(In("data"))) file.Write("y"u8);
        using DataFile back = files.Open(In("data"));
        byte[] bytes = new byte[10];
        Assert.Equal(6, back.Read(bytes));
        Assert.Equal("0123xy"u8.ToArray(), bytes[..6]);
        Assert.Equal(["data"], files.List(directory.FullName));
    }

    [Fact]
    public void Refusals_bear_the_system_s_reason()
    {
        Assert.Equal("No such file or directory", Assert.Throws<FileNotFoundException>(() => files.Open(In("none"))).Message);
        Assert.Equal("No such file or directory", Assert.ThrowsAny<IOException>(() => files.Create(In("none/data"))).Message);
        Assert.Equal("No such file or directory", Assert.ThrowsAny<IOException>(() => files.Rename(In("none"), In("other"))).Message);
        files.Create(In("file")).Dispose();
        Assert.Equal("File exists", Assert.ThrowsAny<IOException>(() => files.CreateDirectory(In("file"))).Message);
    }

    public void Dispose() => directory.Delete(recursive: true);

    private string In(string name) => Path.Join(directory.FullName, name);
}
