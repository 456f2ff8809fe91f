using ModularKv.Abstractions;

namespace ModularKv.Host.Commands.Memory;

/// <summary>What comes after a command: what waited for its end, and those who follow its client.</summary>
internal sealed class Aftermath(Executor executor)
{
    private readonly List<Action> _waiting = [];

    /// <summary>Lets something wait for the end of the running command.</summary>
    public void Add(Action run) => _waiting.Add(run);

    /// <summary>The command has ended.</summary>
    public void Run(Command command)
    {
        for (int i = 0; i < _waiting.Count; i++)
        {
            try
            {
                _waiting[i]();
            }
            catch (Exception e) when (e is not InvariantException { IsKernel: true })
            {
                executor.Fault(command, e);
            }
        }

        _waiting.Clear();
    }

    /// <summary>Who is told of a client's command; what a script's stand-in does counts as done by the one who called the script.</summary>
    public static CommandInterceptor[]? FollowersOf(Client client, Client outermost)
    {
        bool standsIn = (client.Flags & (ClientFlags.Virtual | ClientFlags.Internal)) == ClientFlags.Virtual;
        return (standsIn ? outermost : client).Followers;
    }

    /// <summary>A request is over: tells those who follow the client.</summary>
    public void Complete(Client client, Command? command)
    {
        foreach (CommandInterceptor follower in client.Followers ?? [])
        {
            try
            {
                follower.Completed(client, command);
            }
            catch (Exception e) when (e is not InvariantException { IsKernel: true })
            {
                if (command is not null) executor.Fault(command, e);
            }
        }
    }
}
