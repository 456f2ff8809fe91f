using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Acl.Files;
using ModularKv.Acl.Users;

namespace ModularKv.Acl;

/// <summary>Makes the users that the configuration tells, and follows requirepass afterwards.</summary>
internal sealed class Startup(IConfiguration configuration, UserChanges changes, UserDirectives directives, AclFile file)
{
    private readonly Parameter? _password = configuration.Find("requirepass");
    private string _present = "";

    /// <summary>requirepass first, then the lines "user …" or the file, which may say otherwise.</summary>
    /// <exception cref="ModuleException">Something is malformed; says what and where.</exception>
    public void Run(IServer server)
    {
        _present = _password?.Format() ?? "";
        if (_present.Length > 0) changes.SetDefaultPassword(_present);
        configuration.Changed += Follow;
        if (file.IsConfigured && directives.Parameter.Value.Count > 0)
        {
            throw new ModuleException("Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is "
                + "invalid. This setup is very likely to lead to configuration errors and security holes, please define either an ACL "
                + "file or declare users directly in your redis.conf, but not both.");
        }

        directives.Apply(server.Log);
        if (file.IsConfigured && file.Load(null) is { } errors)
        {
            throw new ModuleException("Aborting Redis startup because of ACL errors: " + errors);
        }
    }

    private void Follow(IReadOnlyList<Parameter> changed)
    {
        if (_password is null || !changed.Contains(_password) || _password.Format() == _present) return;
        _present = _password.Format();
        changes.SetDefaultPassword(_present);
    }
}
