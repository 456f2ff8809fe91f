using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Acl.Files;

namespace ModularKv.Acl.Commands;

/// <summary>ACL LOAD and SAVE.</summary>
internal sealed class FileCommands(AclFile file)
{
    /// <summary>ACL LOAD. Source: redis.io/commands/acl-load.</summary>
    public void Load(ref CommandContext call)
    {
        if (!HasFile(ref call)) return;
        if (file.Load(call.Client) is { } error) call.Reply.Error(ConfigurationText.Encode("ERR " + error));
        else call.Reply.Ok();
    }

    /// <summary>ACL SAVE. Source: redis.io/commands/acl-save.</summary>
    public void Save(ref CommandContext call)
    {
        if (!HasFile(ref call)) return;
        if (file.Save()) call.Reply.Ok();
        else call.Reply.Error("ERR There was an error trying to save the ACLs. Please check the server logs for more information"u8);
    }

    private bool HasFile(ref CommandContext call)
    {
        if (file.IsConfigured) return true;
        call.Reply.Error("ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL "u8
            + "SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to "u8
            + "store users in the Redis configuration."u8);
        return false;
    }
}
