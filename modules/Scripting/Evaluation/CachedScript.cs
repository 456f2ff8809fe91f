using ModularKv.Abstractions.Scripting;

namespace ModularKv.Scripting.Evaluation;

/// <summary>A script that EVAL or SCRIPT LOAD brought.</summary>
internal sealed class CachedScript(ScriptDigest digest, byte[] name, ScriptEngine engine, ScriptCode code, ScriptFlags flags, int bytes)
{
    /// <summary>Its digest.</summary>
    public ScriptDigest Digest => digest;

    /// <summary>The digest's text.</summary>
    public byte[] Name => name;

    /// <summary>The engine that compiled it.</summary>
    public ScriptEngine Engine => engine;

    /// <summary>What runs.</summary>
    public ScriptCode Code => code;

    /// <summary>What it states of itself.</summary>
    public ScriptFlags Flags => flags;

    /// <summary>Bytes of its text.</summary>
    public int SourceBytes => bytes;

    /// <summary>Neighbours among those that may be evicted, least recently used first.</summary>
    public CachedScript? Before, After;

    /// <summary>Whether it came by EVAL only, so that it may be evicted.</summary>
    public bool IsEvictable;
}
