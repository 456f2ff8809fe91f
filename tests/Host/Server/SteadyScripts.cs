using System.Security.Cryptography;
using System.Text;

namespace ModularKv.Host.Tests.Server;

/// <summary>Calls of Lua that must allocate no managed memory. Tabs are the scripts' blanks: blanks part the arguments.</summary>
internal static class SteadyScripts
{
    private const string Get = "return\tredis.call('get',KEYS[1])";
    private const string Loop = "for\ti=1,5\tdo\tredis.call('set',KEYS[1],i)\tredis.call('get',KEYS[1])\tend\treturn\t1";
    private const string Table = "return\t{1,'two',{3,ARGV[1]},redis.status_reply('fine'),false}";
    private const string Lists = "return\tredis.call('lrange','l',0,-1)";
    private const string Caught = "return\tredis.pcall('incr',KEYS[1])==nil";
    private const string Json = "return\tcjson.encode(cjson.decode(ARGV[1]))";
    private const string Packed = "return\tcmsgpack.pack(cmsgpack.unpack(cmsgpack.pack({1,2,{a=ARGV[1],b=1.25}})))";

    private const string Library =
        "#!lua\tname=steady\nredis.register_function('get',function(k)\treturn\tredis.call('get',k[1])\tend)\n"
        + "redis.register_function{function_name='ttl',callback=function(k)\treturn\tredis.call('ttl',k[1])\tend,flags={'no-writes'}}";

    /// <summary>Makes the scripts known.</summary>
    public static IEnumerable<string> Preparation
        => [$"FUNCTION LOAD {Library}", .. All.Select(script => $"SCRIPT LOAD {script}"), "SET k value"];

    /// <summary>The calls.</summary>
    public static IEnumerable<string> Rounds =>
    [
        "FCALL get 1 k", "FCALL get 1 missing argument", "FCALL_RO ttl 1 k", $"EVAL {Get} 1 k", $"EVALSHA_RO {Digest(Get)} 1 k",
        $"MULTI;EVALSHA {Digest(Loop)} 1 n;EXEC",
        .. All.Select(script => $"EVALSHA {Digest(script)} 1 k {{\"a\":[1,2.5,\"text\",null,true]}} argument"),
    ];

    private static string[] All => [Get, Loop, Table, Lists, Json, Packed, Caught];

    private static string Digest(string script) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(script)));
}
