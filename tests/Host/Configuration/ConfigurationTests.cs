using System.Reflection;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Host.Configuration;

namespace ModularKv.Host.Tests.Configuration;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("a*c", "abbc", true)]
    [InlineData("*", "", false)]
    [InlineData("[^a]b", "cb", true)]
    [InlineData("[z-a]", "m", true)]
    [InlineData("[ab", "b", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("a\\", "a\\", true)]
    [InlineData("h?llo*", "hello", true)]
    [InlineData("a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void Globs_match_as_in_redis(string pattern, string text, bool expected) =>
        Assert.Equal(expected, GlobPattern.Matches(ConfigurationText.Encode(pattern), ConfigurationText.Encode(text)));

    [Fact]
    public void Any_bytes_survive_decoding()
    {
        byte[] all = [.. Enumerable.Range(0, 65536).SelectMany(i => new[] { (byte)(i >> 8), (byte)i })];
        Assert.Equal(all, ConfigurationText.Encode(ConfigurationText.Decode(all)));
        string text = ConfigurationText.Decode(all[1..200]);
        Assert.Equal([text], ArgumentSplitter.Split(ConfigurationText.Encode(ConfigurationText.Quote(text))));
    }

    [Fact]
    public void Every_field_of_the_server_is_registered()
    {
        var fixture = new ConfigurationFixture();
        foreach (FieldInfo field in typeof(ServerParameters).GetFields())
        {
            Assert.Contains((Parameter)field.GetValue(fixture.Server)!, fixture.Server.All);
        }
    }

    [Fact]
    public void Debians_file_loads()
    {
        const string Path = "/etc/redis/redis.conf";
        Assert.SkipUnless(System.IO.File.Exists(Path), "Debian's redis.conf is not installed");
        Assert.Empty(new ConfigurationFixture().Load(System.IO.File.ReadAllText(Path).Replace("/var/lib/redis", "/tmp")));
    }

    [Fact]
    public void An_unknown_directive_is_reported_with_the_nearest_name()
    {
        ConfigurationError error = Assert.Single(new ConfigurationFixture().Load("port 1\nmaxmemmory 100mb\n"));
        Assert.Equal(2, error.LineNumber);
        Assert.Equal("Bad directive or wrong number of arguments, did you mean 'maxmemory'?", error.Reason);
        Assert.Contains("*** FATAL CONFIG FILE ERROR (Redis 7.4.0) ***\nReading the configuration file, at line 2", error.ToString());
    }

    [Fact]
    public void Setting_is_all_or_nothing()
    {
        var fixture = new ConfigurationFixture();
        int applied = 0;
        fixture.Server.MaxMemory.Apply = () => { applied++; return null; };
        const string Failed = "ERR CONFIG SET failed (possibly related to argument ";
        Assert.Equal(Failed + "'maxmemory-clients') - percentage argument must be less or equal to 100",
            fixture.Set("maxmemory", "1", "maxmemory-clients", "200%"));
        Assert.Equal((0, 0), (fixture.Server.MaxMemory.Value, applied));

        fixture.Server.Port.Apply = () => "Unable to listen on this port. Check server logs.";
        Assert.Equal("ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs.",
            fixture.Set("maxmemory", "1", "port", "2"));
        Assert.Equal((0, 2), (fixture.Server.MaxMemory.Value, applied));
        Assert.Equal("6379", fixture.Value("port"));

        Assert.Equal(Failed + "'databases') - can't set immutable config", fixture.Set("databases", "1"));
        Assert.Equal("ERR CONFIG SET failed (possibly related to argument 'dir') - can't set protected config", fixture.Set("dir", "/"));
        Assert.Equal("ERR CONFIG SET failed (possibly related to argument 'HZ') - duplicate parameter", fixture.Set("hz", "1", "HZ", "2"));
        Assert.Equal("ERR Unknown option or number of arguments for CONFIG SET - 'nope'", fixture.Set("nope", "1"));
    }

    [Fact]
    public void Everything_can_be_set_to_what_it_is()
    {
        var fixture = new ConfigurationFixture();
        fixture.Load("enable-protected-configs yes");
        foreach ((string name, string value) in fixture.Get("*"))
        {
            if ((fixture.Store.Find(name)!.Flags & ParameterFlags.Immutable) != 0) continue;
            Assert.Null(fixture.Set(name, value));
            Assert.Equal(value, fixture.Value(name));
        }
    }

    [Fact]
    public void A_module_takes_over_a_placeholder_and_gives_it_back()
    {
        var fixture = new ConfigurationFixture();
        fixture.Load("save 900 1\nslave-priority 7\n");
        var priority = new IntegerParameter("replica-priority", 100, 0, 1000) { Aliases = ["slave-priority"] };
        using (ModuleConfiguration module = fixture.Store.For("Replication"))
        {
            module.Register(priority);
            Assert.Equal(7, priority.Value);
            Assert.Null(fixture.Set("slave-priority", "8"));
            Assert.Equal(8, priority.Value);
            Assert.Throws<InvalidOperationException>(() => fixture.Store.Register(new BoolParameter("replica-priority", false), "Other"));
        }

        Assert.NotSame(priority, fixture.Store.Find("slave-priority"));
        Assert.Equal("8", fixture.Value("replica-priority"));
    }

    [Fact]
    public void Directives_wait_for_their_module()
    {
        var fixture = new ConfigurationFixture();
        Assert.Single(fixture.Load("json.max-depth 12\njson.max-size abc"), error => error.LineNumber == 1);
        ModuleConfiguration module = fixture.Store.For("Json");
        Assert.Equal(12, module.Register(new IntegerParameter("json.max-depth", 1)).Value);
        module.Register(new MemoryParameter("json.max-size", 1));
        ConfigurationError error = Assert.Single(fixture.Store.CompleteStart());
        Assert.Equal((2, "argument must be a memory value"), (error.LineNumber, error.Reason));
        module.Dispose();
        Assert.Null(fixture.Store.Find("json.max-depth"));
    }

    [Fact]
    public void Rewriting_keeps_what_it_can()
    {
        var fixture = new ConfigurationFixture();
        fixture.Load("# head\nmaxmemory 1mb\nmaxmemory 2mb\nlater.thing 1\n\n"
            + "slave-priority 5\nrename-command get \"\"\nsave 900 1\nbogus 'x\n");
        Assert.Null(fixture.Set("maxmemory", "3mb", "save", "1 2 3 4", "requirepass", "a b", "hz", "20"));
        fixture.Files.Content[ConfigurationFixture.FilePath] = [.. fixture.Files.Content[ConfigurationFixture.FilePath]];
        Assert.Null(fixture.Control.Rewrite());
        string first = fixture.File;
        Assert.StartsWith("# head\nmaxmemory 3mb\n\nlater.thing 1\n\n"
            + "replica-priority 5\nrename-command get \"\"\nsave 1 2\n# ??? bogus 'x\n# Generated by CONFIG REWRITE\n", first);
        Assert.Contains("\nhz 20\nrequirepass \"a b\"\nsave 3 4\n", first);
        Assert.Null(fixture.Control.Rewrite());
        Assert.Equal(first, fixture.File);
    }

    [Fact]
    public void A_full_rewrite_reads_back_the_same()
    {
        var fixture = new ConfigurationFixture();
        fixture.Load("bind\nmaxmemory-clients 5%\nshutdown-on-sigint nosave now\nunixsocketperm 755\nrequirepass \"\\xff\\\"\"");
        Dictionary<string, string> before = fixture.Get("*");
        Assert.Null(fixture.Control.Rewrite(all: true));
        var second = new ConfigurationFixture();
        Assert.Empty(second.Load(fixture.File));
        Assert.Equal(before, second.Get("*"));
    }

    [Fact]
    public void An_endless_include_ends()
    {
        ConfigurationError error = Assert.Single(new ConfigurationFixture().Load("include /redis.conf"));
        Assert.Contains("include nested deeper", error.Reason);
    }

    [Fact]
    public void The_disk_replaces_files_whole_and_finds_them_by_pattern()
    {
        string directory = Directory.CreateTempSubdirectory("modularkv").FullName;
        var files = new DiskConfigurationFiles();
        Assert.Null(files.Replace(Path.Join(directory, "b.conf"), "x"u8.ToArray()));
        Assert.Null(files.Replace(Path.Join(directory, "b.conf"), "y"u8.ToArray()));
        Assert.Null(files.Replace(Path.Join(directory, "a.conf"), []));
        Assert.Equal("No such file or directory", files.Replace(Path.Join(directory, "no", "c"), []));
        Assert.Equal([Path.Join(directory, "a.conf"), Path.Join(directory, "b.conf")], files.Match(directory + "/*.co?f"));
        Assert.Equal("y"u8.ToArray(), files.Read(Path.Join(directory, "b.conf"), out _));
        Assert.Equal(2, Directory.GetFiles(directory).Length);
        Directory.Delete(directory, recursive: true);
    }
}
