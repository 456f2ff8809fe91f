using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Acl.Checking;

/// <summary>The words of refusals. Source: processCommand, execCommand, getAclErrorMessage of Redis 7.0.15.</summary>
internal static class Refusals
{
    /// <summary>A client's own command.</summary>
    public static byte[] Of(Denial denial, Command command) => Encoding.UTF8.GetBytes(denial switch
    {
        Denial.Key => "NOPERM this user has no permissions to access one of the keys used as arguments",
        Denial.Channel => "NOPERM this user has no permissions to access one of the channels used as arguments",
        _ => $"NOPERM this user has no permissions to run the '{command.FullName}' command",
    });

    /// <summary>A command that was queued while it was allowed.</summary>
    public static byte[] InQueue(Denial denial) => Encoding.UTF8.GetBytes(
        "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. "
        + "This command is no longer allowed for the following reason: " + denial switch
        {
            Denial.Key => "no permission to touch the specified keys",
            Denial.Channel => "no permission to access one of the channels used as arguments",
            _ => "no permission to execute the command or subcommand",
        });

    /// <summary>A command called by a script.</summary>
    public static byte[] InScript(Denial denial) => Encoding.UTF8.GetBytes("ERR The user executing the script " + Lack(denial));

    /// <summary>A command called by a module.</summary>
    public static byte[] InModule(Denial denial) => Encoding.UTF8.GetBytes("NOPERM " + Lack(denial));

    /// <summary>ACL DRYRUN's answer.</summary>
    public static byte[] OfTrial(Denial denial, Command command, ReadOnlySpan<byte> name)
    {
        if (denial == Denial.Command)
        {
            return Encoding.UTF8.GetBytes($"This user has no permissions to run the '{command.FullName}' command");
        }

        ReadOnlySpan<byte> kind = denial == Denial.Key ? "' key"u8 : "' channel"u8;
        return [.. "This user has no permissions to access the '"u8, .. Words.Shown(name), .. kind];
    }

    private static string Lack(Denial denial) => denial switch
    {
        Denial.Command => "can't run this command or subcommand",
        Denial.Key => "can't access at least one of the keys mentioned in the command arguments",
        Denial.Channel => "can't publish to the channel mentioned in the command",
        _ => "lacking the permissions for the command",
    };
}
