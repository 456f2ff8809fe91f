namespace ModularKv.Host.Configuration;

/// <summary>How much is logged; the values order the levels.</summary>
internal enum ServerLogLevel
{
    Debug,
    Verbose,
    Notice,
    Warning,
}

/// <summary>Whether a dangerous command or setting is open: to nobody, everybody, or to clients on the same machine.</summary>
internal enum ProtectedAction
{
    No,
    Yes,
    Local,
}

/// <summary>What gives way when <c>maxmemory</c> is reached.</summary>
internal enum EvictionPolicy
{
    VolatileLru,
    VolatileLfu,
    VolatileRandom,
    VolatileTtl,
    AllKeysLru,
    AllKeysLfu,
    AllKeysRandom,
    NoEviction,
}

/// <summary>Whether and how the server sets the score by which the system picks a process to end when memory runs out.</summary>
internal enum OomScoreMode
{
    No,
    Relative,
    Absolute,
}

/// <summary>What the server does when a module fails to start.</summary>
internal enum ModuleFailurePolicy
{
    Refuse,
    Continue,
}
