namespace ModularKv.Acl.Checking;

/// <summary>Why a command, or a login, is refused. A later one says more about a command than an earlier one.</summary>
internal enum Denial
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>No selector has the command.</summary>
    Command,

    /// <summary>A key.</summary>
    Key,

    /// <summary>Wrong user or password; in the log only.</summary>
    Login,

    /// <summary>A channel.</summary>
    Channel,
}
