using ModularKv.Abstractions;

namespace ModularKv.Acl.Commands;

/// <summary>Checks of arguments that several subcommands share.</summary>
internal static class AclArguments
{
    /// <summary>Whether there are more arguments than a subcommand with optional ones takes; then the error is written.</summary>
    /// <remarks>Source: addReplySubcommandSyntaxError.</remarks>
    public static bool HasTooMany(ref CommandContext call, int max)
    {
        const int ShownBytesMax = 128;
        if (call.ArgumentCount <= max) return false;
        ReadOnlySpan<byte> name = Words.Shown(call.Argument(1));
        name = name[..Math.Min(name.Length, ShownBytesMax)];
        call.Reply.Error([.. "ERR unknown subcommand or wrong number of arguments for '"u8, .. name, .. "'. Try ACL HELP."u8]);
        return true;
    }
}
