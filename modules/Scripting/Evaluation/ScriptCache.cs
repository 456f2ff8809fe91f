using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.Scripting.Engines;

namespace ModularKv.Scripting.Evaluation;

/// <summary>
/// Scripts by digest. Of those that only EVAL brought, the least recently used go beyond <see cref="EvictableMax"/>: clients that build a
/// new text for every call must not fill the memory. Source: evalCache of Redis 7.4.
/// </summary>
internal sealed class ScriptCache(EngineRegistry engines, ServerStatistics statistics)
{
    /// <summary>Most scripts kept that SCRIPT LOAD did not bring.</summary>
    public const int EvictableMax = 500;

    private readonly Dictionary<ScriptDigest, CachedScript> _scripts = [];
    private CachedScript? _oldest;
    private CachedScript? _newest;
    private int _evictable;

    /// <summary>Number of scripts.</summary>
    public int Count => _scripts.Count;

    /// <summary>Bytes of their texts.</summary>
    public long SourceBytes { get; private set; }

    /// <summary>Bytes for keeping them, texts included.</summary>
    public long MemoryBytes => SourceBytes + (_scripts.Count * 96L);

    /// <summary>Finds a script and counts it as used. Null: there is none.</summary>
    public CachedScript? Find(in ScriptDigest digest)
    {
        if (!_scripts.TryGetValue(digest, out CachedScript? script)) return null;
        if (!script.Engine.IsRunning)
        {
            Remove(script);
            return null;
        }

        if (script.IsEvictable && _newest != script)
        {
            Unlink(script);
            Link(script);
        }

        return script;
    }

    /// <summary>Whether there is such a script; not a use of it.</summary>
    public bool Contains(in ScriptDigest digest) => _scripts.TryGetValue(digest, out CachedScript? script) && script.Engine.IsRunning;

    /// <summary>Compiles a script unless it is there.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="stays">Whether it is never evicted (SCRIPT LOAD).</param>
    /// <param name="error">The whole error where it does not compile.</param>
    public CachedScript? Add(ReadOnlySpan<byte> source, bool stays, out byte[]? error)
    {
        error = null;
        ScriptDigest digest = ScriptDigest.Of(source);
        if (Find(digest) is { } known)
        {
            if (stays && known.IsEvictable)
            {
                Unlink(known);
                known.IsEvictable = false;
            }

            return known;
        }

        error = ScriptHeader.Parse(source, out ScriptHeader header);
        if (error is not null) return null;
        if (engines.Find(header.Engine) is not { } engine || HasCapitals(header.Engine))
        {
            bool isStated = (header.Flags & ScriptFlags.Legacy) == 0;
            error = isStated ? ScriptHeader.Error("ERR Unexpected engine in script shebang: #!", header.Engine)
                : "ERR No engine is loaded for scripts in Lua"u8.ToArray();
            return null;
        }

        byte[] name = digest.ToText();
        ScriptCode? code = engine.Compile(source[header.BodyStart..], name, out byte[]? why);
        if (code is null)
        {
            error = [.. "ERR Error compiling script (new function): "u8, .. why ?? "unknown reason"u8.ToArray()];
            return null;
        }

        var script = new CachedScript(digest, name, engine, code, header.Flags, source.Length);
        _scripts.Add(digest, script);
        SourceBytes += source.Length;
        if (stays) return script;
        if (_evictable >= EvictableMax) Evict();
        script.IsEvictable = true;
        Link(script);
        return script;
    }

    // Unlike a library's, the engine of a script is compared by case.
    private static bool HasCapitals(byte[] name) => Encoding.Latin1.GetString(name).Any(char.IsAsciiLetterUpper);

    /// <summary>SCRIPT FLUSH.</summary>
    public void Clear(bool inBackground)
    {
        Forget();
        foreach (ScriptEngine engine in engines.All) engine.ResetScripts(inBackground);
    }

    /// <summary>Lets go of all scripts, when the module stops.</summary>
    public void Dispose()
    {
        foreach (CachedScript script in _scripts.Values)
        {
            if (script.Engine.IsRunning) script.Code.Dispose();
        }

        Forget();
    }

    private void Forget()
    {
        _scripts.Clear();
        _oldest = _newest = null;
        _evictable = 0;
        SourceBytes = 0;
    }

    private void Evict()
    {
        CachedScript script = _oldest!;
        Remove(script);
        script.Code.Dispose();
        statistics.EvictedScripts++;
    }

    private void Remove(CachedScript script)
    {
        _scripts.Remove(script.Digest);
        SourceBytes -= script.SourceBytes;
        if (script.IsEvictable) Unlink(script);
    }

    private void Link(CachedScript script)
    {
        script.Before = _newest;
        script.After = null;
        if (_newest is null) _oldest = script; else _newest.After = script;
        _newest = script;
        _evictable++;
    }

    private void Unlink(CachedScript script)
    {
        if (script.Before is null) _oldest = script.After; else script.Before.After = script.After;
        if (script.After is null) _newest = script.Before; else script.After.Before = script.Before;
        script.Before = script.After = null;
        _evictable--;
    }
}
