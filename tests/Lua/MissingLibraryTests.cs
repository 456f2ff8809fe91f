using ModularKv.TestKit;

namespace ModularKv.Lua.Tests;

/// <summary>A module folder that came without the native library, as a careless copy makes it.</summary>
public sealed class MissingLibraryTests
{
    [Fact]
    public void Is_said_when_the_module_is_loaded_and_breaks_nothing_else()
    {
        string modules = Path.Combine(Path.GetDirectoryName(ServerProcess.ServerUnderTest)!, "modules");
        DirectoryInfo some = Directory.CreateTempSubdirectory("modularkv-");
        try
        {
            foreach (string name in (string[])["Connection", "Server", "Scripting", "Lua"])
            {
                string folder = some.CreateSubdirectory(name).FullName;
                foreach (string file in Directory.GetFiles(Path.Combine(modules, name), "ModularKv.*"))
                {
                    File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
                }
            }

            using ServerProcess server = ServerProcess.StartOurs("--module-dir", some.FullName, "--module-failure", "continue");
            const string Said = "the Lua 5.4 library (lua54) beside the module cannot be used";
            Assert.True(SpinWait.SpinUntil(() => server.Log.Contains(Said), TimeSpan.FromSeconds(10)), server.Log);
            using RespClient client = server.Connect();
            Assert.Contains("redis_version", client.Call("INFO").Text, StringComparison.Ordinal);
            Assert.StartsWith("ERR", client.Call("EVAL", "return 1", "0").Text, StringComparison.Ordinal);
        }
        finally
        {
            some.Delete(recursive: true);
        }
    }
}
