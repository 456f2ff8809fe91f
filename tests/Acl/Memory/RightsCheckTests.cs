using System.Text;
using ModularKv.Abstractions;
using ModularKv.Acl.Checking;
using ModularKv.Acl.Rules;
using ModularKv.Acl.Users;

namespace ModularKv.Acl.Tests.Memory;

/// <summary>Rules, what they allow, and how they are told again.</summary>
public sealed class RightsCheckTests
{
    private readonly FakeCommands _commands = new();

    [Theory]
    [InlineData("+get ~a*", "get abc", 0)]
    [InlineData("+get ~a*", "get b", 2)]
    [InlineData("+get ~a*", "set abc x", 1)]
    [InlineData("+@string ~a", "set a x", 0)]
    [InlineData("+@all -@string ~*", "set a x", 1)]
    [InlineData("+@all %R~a", "get a", 0)]
    [InlineData("+@all %R~a", "set a x", 2)]
    [InlineData("+@all %W~a", "set a x", 0)]
    [InlineData("+@all %W~a", "get a", 2)]
    [InlineData("+@all %R~a %W~b", "copy a b", 0)]
    [InlineData("+@all %R~a %W~b", "copy b a", 2)]
    [InlineData("(+@all %R~a) (+@all %W~b)", "copy a b", 2)]
    [InlineData("(+get ~a) (+set ~b)", "get a", 0)]
    [InlineData("(+get ~a) (+set ~b)", "get b", 2)]
    [InlineData("(+get ~a) (+set ~b) clearselectors", "get a", 1)]
    [InlineData("+publish &news.*", "publish news.art x", 0)]
    [InlineData("+publish &news.*", "publish art x", 4)]
    [InlineData("+get|a ~*", "get a", 0)]
    [InlineData("+get|a ~*", "get b", 1)]
    [InlineData("+@all allkeys -get +get|a", "get a", 0)]
    public void Rules_allow_and_refuse(string rules, string line, int expected)
    {
        AclUser user = Make(rules);
        using CommandWords words = new(line);
        string name = line.Split(' ')[0];
        Command command = _commands.All.First(one => one.FullName == name);
        Denial denial = new RightsCheck(_commands).Judge(user.Selectors, command, words.List, out _);
        Assert.Equal((Denial)expected, denial);
    }

    [Theory]
    [InlineData("+nosuch", (int)RuleError.Unknown)]
    [InlineData("+config|nosuch", (int)RuleError.Unknown)]
    [InlineData("+@nosuch", (int)RuleError.Unknown)]
    [InlineData("+config|get|port", (int)RuleError.FirstArgOfSubcommand)]
    [InlineData("+get|", (int)RuleError.Syntax)]
    [InlineData("%X~a", (int)RuleError.Syntax)]
    [InlineData("%RR~a", (int)RuleError.Syntax)]
    [InlineData("%~a", (int)RuleError.Syntax)]
    [InlineData("~a\tb", (int)RuleError.Syntax)]
    [InlineData("nosuch", (int)RuleError.Syntax)]
    [InlineData("#abc", (int)RuleError.BadHash)]
    [InlineData("<never", (int)RuleError.NoSuchPassword)]
    [InlineData("(nosuch)", (int)RuleError.Syntax)]
    [InlineData("(&* &more)", (int)RuleError.AfterAllChannels)]
    public void What_is_wrong_is_said_and_changes_nothing(string rule, int expected)
    {
        AclUser user = Make("on +get ~a &c (+set)");
        RuleText text = new(new CommandIndex(_commands));
        string before = text.Of(user);
        Assert.Equal((RuleError)expected, Rules().Apply(user, Encoding.ASCII.GetBytes(rule)));
        Assert.Equal(before, text.Of(user));
    }

    [Theory]
    [InlineData("+@all ~*", "off ~* resetchannels +@all")]
    [InlineData("on nopass +get ~a", "on nopass ~a resetchannels -@all +get")]
    [InlineData("+@string", "off resetchannels -@all +@string")]
    [InlineData("+@all -@string +get", "off resetchannels +@all -set")]
    [InlineData("+config|get", "off resetchannels -@all +config|get")]
    [InlineData("+@all -config|set", "off resetchannels +@all -config|set")]
    [InlineData("%RW~a %R~b %W~c", "off ~a %R~b %W~c resetchannels -@all")]
    [InlineData("%R~a %W~a &x &y (+get ~k &z)", "off ~a resetchannels &x &y -@all (~k resetchannels &z -@all +get)")]
    [InlineData("+get|a +get|b", "off resetchannels -@all +get|a +get|b")]
    public void Rules_are_told_again(string rules, string expected)
    {
        AclUser user = Make(rules);
        RuleText text = new(new CommandIndex(_commands));
        Assert.Equal(expected, text.Of(user));
        Assert.Equal(expected, text.Of(Make(expected)));
    }

    [Fact]
    public void A_check_allocates_nothing()
    {
        AclUser user = Make("+get ~other +set|x (+get ~key:*)");
        RightsCheck check = new(_commands);
        using CommandWords words = new("get key:1");
        Denial denial = check.Judge(user.Selectors, _commands.Get, words.List, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) denial |= check.Judge(user.Selectors, _commands.Get, words.List, out _);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(Denial.None, denial);
        Assert.InRange(allocated, 0, 9_999); // the runtime itself allocates a little when it replaces code by better code
    }

    private UserRules Rules() => new(new SelectorRules(new CommandIndex(_commands)), false);

    private AclUser Make(string line)
    {
        AclUser user = new([.. "u"u8], false);
        foreach (byte[] rule in RuleArguments.Merge([.. line.Split(' ').Select(Encoding.ASCII.GetBytes)], out _)!)
        {
            Assert.Equal(RuleError.None, Rules().Apply(user, rule));
        }

        return user;
    }
}
