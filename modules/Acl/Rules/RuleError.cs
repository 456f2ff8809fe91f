namespace ModularKv.Acl.Rules;

/// <summary>What is wrong with a rule.</summary>
internal enum RuleError
{
    None,
    Syntax,
    Unknown,
    AfterAllKeys,
    AfterAllChannels,
    NoSuchPassword,
    BadHash,
    FirstArgOfSubcommand,
}

/// <summary>The words for what is wrong with a rule. Source: ACLSetUserStringError.</summary>
internal static class RuleErrors
{
    /// <summary>A user was declared twice in one configuration.</summary>
    public const string Duplicate = "Duplicate user found. A user can only be defined once in config files";

    /// <summary>Redis's text.</summary>
    public static string Text(this RuleError error) => error switch
    {
        RuleError.Unknown => "Unknown command or category name in ACL",
        RuleError.Syntax => "Syntax error",
        RuleError.AfterAllKeys => "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any "
            + "effect. Try 'resetkeys' to start with an empty list of patterns",
        RuleError.AfterAllChannels => "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have "
            + "any effect. Try 'resetchannels' to start with an empty list of channels",
        RuleError.NoSuchPassword => "The password you are trying to remove from the user does not exist",
        RuleError.BadHash => "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters",
        RuleError.FirstArgOfSubcommand => "Allowing first-arg of a subcommand is not supported",
        _ => "Wrong format",
    };
}
