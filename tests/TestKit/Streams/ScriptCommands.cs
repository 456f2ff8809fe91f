using System.Security.Cryptography;
using System.Text;

namespace ModularKv.TestKit.Streams;

/// <summary>
/// Grammar of scripts and functions: small Lua scripts put together at random, whose replies do not hang on the order of tables.
/// </summary>
public static class ScriptCommands
{
    private static readonly string[] Calls =
    [
        "'get',KEYS[1]", "'set',KEYS[1],ARGV[1]", "'set',KEYS[2],ARGV[2] or 'x'", "'incr',KEYS[1]", "'incrby',KEYS[1],ARGV[1]",
        "'append',KEYS[1],ARGV[1]",
        "'strlen',KEYS[1]", "'del',KEYS[1]", "'exists',KEYS[1],KEYS[2] or KEYS[1]", "'type',KEYS[1]", "'lpush',KEYS[1],ARGV[1],1.5,2",
        "'lrange',KEYS[1],0,-1", "'rpop',KEYS[1]", "'llen',KEYS[1]", "'hset',KEYS[1],'f',ARGV[1]", "'hget',KEYS[1],'f'",
        "'hdel',KEYS[1],'f'", "'hincrby',KEYS[1],'n',2", "'sadd',KEYS[1],ARGV[1]", "'scard',KEYS[1]", "'sismember',KEYS[1],ARGV[1]",
        "'zadd',KEYS[1],2,ARGV[1]", "'zscore',KEYS[1],ARGV[1]", "'zrange',KEYS[1],0,-1,'withscores'", "'zincrby',KEYS[1],1e3,'m'",
        "'mget',unpack(KEYS)", "'rename',KEYS[1],KEYS[2]", "'getrange',KEYS[1],0,-2", "'setnx',KEYS[1],ARGV[1]", "'ping'",
        "'echo',ARGV[1]",
        "'nosuchcommand'", "'get'", "'get',KEYS[1],1", "'multi'", "'set',KEYS[1],{}", "'set',KEYS[1],nil", "'lpush',KEYS[1]",
        "unpack({})",
        "'select',1", "'set',KEYS[1],1e17", "'set',KEYS[1],0.1", "'set',KEYS[1],1/3", "'object','encoding',KEYS[1]",
    ];

    private static readonly string[] Values =
    [
        "r", "v", "v", "#KEYS", "#ARGV", "type(v)=='table' and 't' or tostring(v)", "type(v)",
        "KEYS", "ARGV", "{r,v,#KEYS}", "{1,{2,{3,'x'}},false,nil,4}",
        "nil", "true",
        "false", "1.9", "-3.7", "2^53", "'text'", "{ok='fine'}", "{err='MY error'}", "{err='nocode'}", "redis.error_reply('CODE text')",
        "redis.error_reply('short')", "redis.status_reply('status')", "{double=1.5}", "{map={a=1}}", "{big_number='123'}",
        "{set={x=true}}",
        "cjson.encode({1,'a',{x=v and 1}})", "cjson.decode('[1,2.5,\"x\",null,{\"a\":[]}]')", "cmsgpack.pack({1,'a',-5,1.5,false})",
        "{cmsgpack.unpack(cmsgpack.pack(ARGV))}", "struct.pack('>I2s',300,'x')", "bit.band(255,tonumber(ARGV[1]) or 7)",
        "redis.sha1hex(ARGV[1] or '')", "type(v)..':'..type(r)", "string.format('%5.1f|%d|%s|%q',1.25,3,'a','b\\n')",
        "tonumber(ARGV[1])", "string.rep(ARGV[1] or '',2)", "10/4", "7%3", "'n='..10/2", "v.x", "v()", "#v", "(tonumber(v) or 0)+1",
        "nosuchglobal",
        "'a'..v",
        "string.gsub(ARGV[1] or '','%a+','<%0>')", "{string.find(ARGV[1] or '','(%d+)')}", "redis.REPL_ALL", "select('#',unpack(ARGV))",
        "redis.acl_check_cmd('get',KEYS[1] or 'k')", "pcall(error,'x')", "{pcall(error,{err='E x'})}", "table.concat(ARGV,',')",
    ];

    private static readonly string[] Whole =
    [
        "return 1", "return redis.call('get',KEYS[1])", "return redis.call('set',KEYS[1],ARGV[1])",
        "#!lua\nreturn redis.call('get',KEYS[1])",
        "#!lua flags=no-writes\nreturn redis.call('set',KEYS[1],'x')",
        "#!lua flags=no-writes,allow-stale\nreturn redis.call('get',KEYS[1])",
        "#!lua flags=nosuch\nreturn 1", "#!nosuch\nreturn 1", "#!lua name=x\nreturn 1", "return", "", "syntax error here",
        "return 'unfinished",
        "error('raised')", "error({err='CODE raised'})", "return redis.call('incr',KEYS[1]) + redis.call('incr',KEYS[1])", "x = 1",
        "return {redis.pcall('nosuch'),1}", "redis.setresp(3) return redis.call('hgetall',KEYS[1])", "redis.setresp(3) return nil",
        "for i=1,20 do redis.call('rpush',KEYS[1],i) end return redis.call('llen',KEYS[1])",
    ];

    private static readonly string[] Bodies =
    [
        "redis.register_function('fa',function(k,a) return redis.call('get',k[1] or 'none') end)",
        "redis.register_function('fb',function(k,a) return redis.call('set',k[1],a[1] or 'x') end)",
        // One function a library: the order of several is that of Redis's hash table.
        "redis.register_function{function_name='fc',callback=function(k,a) return {#k,#a,a} end,flags={'no-writes'},"
            + "description='counts'}",
        "redis.register_function('fa',function(k,a) return redis.pcall('incr',k[1] or 'n') end)",
        "redis.register_function{function_name='fd',callback=function() error('raised') end,flags={'no-writes','allow-oom'}}",
        "redis.register_function('f-bad',function() end)", "redis.register_function('fe')", "redis.register_function{}", "return 1",
        "nosense(",
        "redis.call('get','x')", "redis.register_function{function_name='ff',callback=function() return 1 end,flags={'nosuch'}}",
        "local n=0 redis.register_function('fe',function() n=n+1 return n end)", "x = 1",
    ];

    /// <summary>EVAL to FCALL_RO.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("EVAL", 60, d => Arguments(d.Add(Script(d))), Feature.Scripting),
        new("EVAL_RO", 10, d => Arguments(d.Add(Script(d))), Feature.Scripting),
        new("EVALSHA", 15, d => Arguments(d.Add(Digest(d))), Feature.Scripting),
        new("EVALSHA_RO", 5, d => Arguments(d.Add(Digest(d))), Feature.Scripting),
        new("SCRIPT", 12, ScriptTable, Feature.Scripting),
        new("FUNCTION", 25, Function, Feature.Scripting),
        new("FCALL", 30, d => Arguments(d.OneOf("fa", "fb", "fc", "fd", "fe", "none")), Feature.Scripting),
        new("FCALL_RO", 10, d => Arguments(d.OneOf("fa", "fb", "fc", "fd", "fe", "none")), Feature.Scripting),
        new("DEL", 4, d => d.ManyKeys(1, 4)),
        new("SET", 4, d => d.Key().Value()),
    ];

    private static string Script(Draft draft)
    {
        if (draft.Chance(5)) return draft.Pick(Whole);
        var text = new StringBuilder("local r,v ");
        for (int n = draft.Random.Next(0, 4); n > 0; n--)
        {
            string target = draft.Chance(2) ? "v" : "r";
            text.Append($"{target}=redis.{(draft.Chance(3) ? "call" : "pcall")}({draft.Pick(Calls)}) ");
            if (draft.Chance(6)) text.Append("if type(v)=='table' then v=v.err or v.ok or #v end ");
        }

        return text.Append("return ").Append(draft.Pick(Values)).ToString();
    }

    private static string Digest(Draft draft)
    {
        if (draft.Chance(12)) return draft.Pick(["", "abc", new string('0', 40), new string('x', 40)]);
        string text = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(draft.Pick(Whole))));
        return draft.Chance(4) ? text.ToUpperInvariant() : text;
    }

    private static void Arguments(Draft draft)
    {
        int keys = draft.Random.Next(0, 4);
        if (draft.Chance(20)) draft.Add(draft.Pick(["-1", "abc", "", "9", "1.0", "+1", "01", "9223372036854775808"]));
        else draft.Add(keys);
        if (keys > 0) draft.ManyKeys(keys, keys);
        for (int n = draft.Random.Next(0, 3); n > 0; n--)
        {
            if (draft.Chance(2)) draft.Integer();
            else draft.Value();
        }
    }

    private static void ScriptTable(Draft draft)
    {
        draft.OneOf("LOAD", "LOAD", "LOAD", "LOAD", "EXISTS", "EXISTS", "FLUSH", "KILL", "NOTHING");
        switch (Encoding.Latin1.GetString(draft.Arguments[^1]).ToUpperInvariant())
        {
            case "LOAD": draft.Add(draft.Pick(Whole)); break;
            case "EXISTS": draft.Add(Digest(draft)).Add(Digest(draft)); break;
            case "FLUSH" when draft.Chance(2): draft.OneOf("SYNC", "ASYNC", "NOW"); break;
        }

        draft.MayBeMutated = false;
    }

    private static void Function(Draft draft)
    {
        draft.OneOf("LOAD", "LOAD", "LOAD", "LOAD", "DELETE", "DELETE", "LIST", "STATS", "FLUSH", "KILL", "NOTHING");
        switch (Encoding.Latin1.GetString(draft.Arguments[^1]).ToUpperInvariant())
        {
            case "LOAD":
                if (draft.Chance(2)) draft.OneOf("REPLACE", "REPLACE", "REPLACE", "AGAIN");
                string head = draft.Chance(10)
                    ? draft.Pick(["#!lua", "#!nosuch name=x", "#!lua name=a-b", "#!lua name=x y=z", "return 1", ""])
                    : $"#!lua name={draft.Pick(["la", "lb", "lc"])}";
                draft.Add($"{head}\n{draft.Pick(Bodies)}");
                break;
            case "DELETE":
                draft.Add(draft.Pick(["la", "lb", "lc", "none", ""]));
                break;
            case "LIST":
                // One library, for the same reason.
                draft.Word("LIBRARYNAME").Add(draft.Pick(["la", "lb", "lc", "none"]));
                if (draft.Chance(2)) draft.Word("WITHCODE");
                break;
            case "FLUSH" when draft.Chance(2):
                draft.OneOf("SYNC", "ASYNC", "NOW");
                break;
        }

        draft.MayBeMutated = false;
    }
}
