using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Acl.Rules;
using ModularKv.Acl.Users;

namespace ModularKv.Acl.Commands;

/// <summary>ACL SETUSER, DELUSER, GETUSER, LIST, USERS and WHOAMI.</summary>
internal sealed class UserCommands(UserTable users, UserChanges changes)
{
    /// <summary>ACL SETUSER username [rule [rule ...]]. Source: redis.io/commands/acl-setuser.</summary>
    public void Set(ref CommandContext call)
    {
        Redact(ref call);
        byte[] name = call.Argument(2).ToArray();
        if (SelectorRules.HasSpaces(name))
        {
            call.Reply.Error("ERR Usernames can't contain spaces or null characters"u8);
            return;
        }

        var rules = new List<byte[]>(call.ArgumentCount);
        for (int i = 3; i < call.ArgumentCount; i++) rules.Add(call.Argument(i).ToArray());
        byte[]? error = changes.Set(name, rules, call.Client);
        if (error is null) call.Reply.Ok(); else call.Reply.Error([.. "ERR "u8, .. error]);
    }

    /// <summary>ACL DELUSER username [username ...]. Source: redis.io/commands/acl-deluser.</summary>
    public void Delete(ref CommandContext call)
    {
        Redact(ref call);
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (!Words.Shown(call.Argument(i)).SequenceEqual("default"u8)) continue;
            call.Reply.Error("ERR The 'default' user cannot be removed"u8);
            return;
        }

        int deleted = 0;
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (changes.Delete(call.Argument(i), call.Client)) deleted++;
        }

        call.Reply.Integer(deleted);
    }

    // Names and rules tell MONITOR and SLOWLOG about users.
    private static void Redact(ref CommandContext call)
    {
        for (int i = 2; i < call.ArgumentCount; i++) call.Redact(i);
    }

    /// <summary>ACL GETUSER username. Source: redis.io/commands/acl-getuser.</summary>
    public void Get(ref CommandContext call)
    {
        call.Redact(2);
        ReplyWriter reply = call.Reply;
        if (users.Find(call.Argument(2)) is not { } user)
        {
            reply.Null();
            return;
        }

        RuleText text = changes.CreateText();
        reply.Map(6);
        reply.Bulk("flags"u8);
        List<string> flags = [.. RuleText.FlagsOf(user)];
        reply.Set(flags.Count);
        foreach (string flag in flags) Bulk(reply, flag);
        reply.Bulk("passwords"u8);
        reply.Array(user.Passwords.Count);
        foreach (string hash in user.Passwords) Bulk(reply, hash);
        Describe(reply, text, user.Root);
        reply.Bulk("selectors"u8);
        reply.Array(user.Selectors.Length - 1);
        foreach (Selector selector in user.Selectors.AsSpan(1))
        {
            reply.Map(3);
            Describe(reply, text, selector);
        }
    }

    /// <summary>ACL LIST. Source: redis.io/commands/acl-list.</summary>
    public void List(ref CommandContext call)
    {
        RuleText text = changes.CreateText();
        call.Reply.Array(users.All.Count);
        foreach (AclUser user in users.All) Bulk(call.Reply, changes.LineOf(user, text));
    }

    /// <summary>ACL USERS. Source: redis.io/commands/acl-users.</summary>
    public void Names(ref CommandContext call)
    {
        call.Reply.Array(users.All.Count);
        foreach (AclUser user in users.All) call.Reply.Bulk(user.Name);
    }

    /// <summary>ACL WHOAMI. Source: redis.io/commands/acl-whoami.</summary>
    public void WhoAmI(ref CommandContext call) => Bulk(call.Reply, call.Client.User);

    private static void Describe(ReplyWriter reply, RuleText text, Selector selector)
    {
        reply.Bulk("commands"u8);
        Bulk(reply, text.CommandsOf(selector));
        reply.Bulk("keys"u8);
        Bulk(reply, RuleText.KeysOf(selector));
        reply.Bulk("channels"u8);
        Bulk(reply, RuleText.ChannelsOf(selector));
    }

    private static void Bulk(ReplyWriter reply, string text) => reply.Bulk(ConfigurationText.Encode(text));
}
