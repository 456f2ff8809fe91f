using System.ComponentModel;
using System.Diagnostics;
using ModularKv.TestKit;

namespace ModularKv.Examples.Tests;

/// <summary>examples/TypeScriptFunctions: the types are those of the server, what was compiled is of the source, and runs.</summary>
public sealed class TypeScriptFunctionTests
{
    private const string RegenerateVariable = "MODULARKV_REGENERATE";

    [Fact]
    public void The_types_are_those_of_the_server()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient client = server.Connect();
        string made = RedisTypes.Make(client);
        string path = In("redis.d.ts");
        if (Environment.GetEnvironmentVariable(RegenerateVariable) == "1") File.WriteAllText(path, made);
        string kept = File.ReadAllText(path).ReplaceLineEndings("\n");
        Assert.True(kept == made, $"{path} is not what COMMAND DOCS says: run this test with {RegenerateVariable}=1");
    }

    [Fact]
    public void The_compiled_library_is_loaded_and_called()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient client = server.Connect();
        Assert.Equal("shop", client.Call("FUNCTION", "LOAD", File.ReadAllBytes(In("shop.js"))).Text);
        Assert.Equal(2, client.Call("FCALL", "cart_add", 1, "cart", "tea", 2).Integer);
        Assert.Equal(3, client.Call("FCALL", "cart_add", 1, "cart", "tea").Integer);
        Assert.Equal(1, client.Call("FCALL", "cart_add", 1, "cart", "cup").Integer);
        Assert.Equal("ERR not a quantity: 'x'", client.Call("FCALL", "cart_add", 1, "cart", "tea", "x").Text);
        Assert.Equal(["cup", "1", "tea", "3"], client.Call("FCALL_RO", "cart_show", 1, "cart").Items.Select(item => item.Text));
        Assert.Equal(4, client.Call("FCALL", "cart_checkout", 2, "cart", "best").Integer);
        Assert.Equal("3", client.Call("ZSCORE", "best", "tea").Text);
        Assert.Equal("EMPTY the cart is empty", client.Call("FCALL", "cart_checkout", 2, "cart", "best").Text);
    }

    /// <summary>The source itself is refused: nobody loads it by mistake.</summary>
    [Fact]
    public void The_source_is_refused_with_how_to_compile_it()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient client = server.Connect();
        Assert.Contains("tsc --target ES5", client.Call("FUNCTION", "LOAD", File.ReadAllBytes(In("shop.ts"))).Text);
    }

    [Fact]
    public void The_compiled_library_is_that_of_the_source()
    {
        string compiler = In("node_modules", "typescript", "bin", "tsc");
        if (!File.Exists(compiler)) Assert.Skip("the compiler is not installed: npm install in examples/TypeScriptFunctions");
        string folder = Directory.CreateTempSubdirectory("modularkv-tsc-").FullName;
        try
        {
            ProcessStartInfo start = new("node", [compiler, "-p", In(), "--outDir", folder]) { RedirectStandardOutput = true };
            using Process node = Start(start);
            string said = node.StandardOutput.ReadToEnd();
            node.WaitForExit();
            Assert.True(node.ExitCode == 0, said);
            Assert.Equal(File.ReadAllText(In("shop.js")), File.ReadAllText(Path.Combine(folder, "shop.js")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("node is not installed");
            throw;
        }
    }

    private static string In(params string[] parts) => Repository.PathOf(["examples", "TypeScriptFunctions", .. parts]);
}
