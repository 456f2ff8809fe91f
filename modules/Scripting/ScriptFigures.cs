using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.Scripting.Engines;
using ModularKv.Scripting.Evaluation;
using ModularKv.Scripting.Libraries;

namespace ModularKv.Scripting;

/// <summary>INFO's lines about scripts, and what MEMORY asks.</summary>
internal sealed class ScriptFigures(ScriptCache cache, FunctionLibraries libraries, EngineRegistry engines) : IScriptFigures
{
    /// <inheritdoc/>
    public int ScriptCount => cache.Count;

    /// <inheritdoc/>
    public long ScriptCacheBytes => cache.MemoryBytes;

    /// <inheritdoc/>
    public long FunctionCacheBytes => libraries.Present.MemoryBytes;

    /// <summary>Writes the lines of the section Memory.</summary>
    public void WriteTo(InfoWriter info)
    {
        long scripts = engines.All.Sum(engine => engine.ScriptBytes);
        long functions = engines.All.Sum(engine => engine.FunctionBytes);
        info.Line("used_memory_lua", scripts);
        info.Line("used_memory_vm_eval", scripts);
        info.Line("used_memory_lua_human", Human(scripts));
        info.Line("used_memory_scripts_eval", ScriptCacheBytes);
        info.Line("number_of_cached_scripts", cache.Count);
        info.Line("number_of_functions", libraries.Present.FunctionCount);
        info.Line("number_of_libraries", libraries.Present.All.Count);
        info.Line("used_memory_vm_functions", functions);
        info.Line("used_memory_vm_total", scripts + functions);
        info.Line("used_memory_vm_total_human", Human(scripts + functions));
        info.Line("used_memory_functions", FunctionCacheBytes);
        info.Line("used_memory_scripts", ScriptCacheBytes + FunctionCacheBytes);
        info.Line("used_memory_scripts_human", Human(ScriptCacheBytes + FunctionCacheBytes));
    }

    // Source: bytesToHuman.
    private static string Human(long bytes)
    {
        const long Kilo = 1024, Mega = Kilo * 1024, Giga = Mega * 1024;
        (long unit, string letter) = bytes < Mega ? (Kilo, "K") : bytes < Giga ? (Mega, "M") : (Giga, "G");
        return bytes < Kilo ? bytes + "B" : ((double)bytes / unit).ToString("F2", CultureInfo.InvariantCulture) + letter;
    }
}
