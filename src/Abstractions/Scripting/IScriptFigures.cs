namespace ModularKv.Abstractions.Scripting;

/// <summary>Figures of scripts for MEMORY and INFO; offered by the module that serves scripts.</summary>
public interface IScriptFigures
{
    /// <summary>Scripts in the cache.</summary>
    int ScriptCount { get; }

    /// <summary>Bytes for keeping them, without the engines' states.</summary>
    long ScriptCacheBytes { get; }

    /// <summary>Bytes for keeping the libraries of functions, without the engines' states.</summary>
    long FunctionCacheBytes { get; }
}
