using ModularKv.Abstractions;

namespace ModularKv.Abstractions.Tests.Commands;

/// <summary>The notation of a command's arguments. What is expected is what COMMAND DOCS of Redis 7.0.15 prints for the command.</summary>
public sealed class ArgumentSyntaxTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("key value", "key:key#0 value:string")]
    [InlineData("key ...", "key:key#0 multiple")]
    [InlineData("source:key destination:key", "source:key#0 destination:key#1")]
    [InlineData("key1:key key2:key#0", "key1:key#0 key2:key#0")]
    [InlineData("[async=(ASYNC@4.0.0|SYNC@6.2.0)]", "async:oneof optional(async:pure-token=ASYNC@4.0.0 sync:pure-token=SYNC@6.2.0)")]
    [InlineData("key [LIMIT offset_count={offset:integer count:integer}]",
        "key:key#0 offset_count:block=LIMIT optional(offset:integer count:integer)")]
    [InlineData("key [GET pattern:pattern#1 ...+] [STORE destination:key]",
        "key:key#0 pattern:pattern=GET#1 optional multiple multiple_token destination:key=STORE#2 optional")]
    [InlineData("[change@3.0.2=CH] score_member={score:double member} ...",
        "change:pure-token=CH@3.0.2 optional score_member:block multiple(score:double member:string)")]
    [InlineData("strategy=(MAXLEN|MINID) [operator=(equal==|approximately=~)] threshold",
        "strategy:oneof(maxlen:pure-token=MAXLEN minid:pure-token=MINID) "
        + "operator:oneof optional(equal:pure-token== approximately:pure-token=~) threshold:string")]
    [InlineData("ip:port:string!2.8.12 [SKIPME yes/no]", "ip:port:string!2.8.12 yes/no:string=SKIPME optional")]
    [InlineData("GROUP group_consumer={group consumer} STREAMS streams={key ... id ...}",
        "group_consumer:block=GROUP(group:string consumer:string) streams:block=STREAMS(key:key#0 multiple id:string multiple)")]
    [InlineData("[COUNT count:integer [ANY]]", "count_any:block optional(count:integer=COUNT any:pure-token=ANY optional)")]
    public void Reads_the_notation(string notation, string expected) =>
        Assert.Equal(expected, string.Join(' ', ArgumentSyntax.Parse(notation).Select(Show)));

    [Theory]
    [InlineData("[key")]
    [InlineData("key]")]
    [InlineData("(a|)")]
    [InlineData("[]")]
    [InlineData("count:number")]
    [InlineData("key#x")]
    public void Refuses_what_is_malformed(string notation)
    {
        FormatException refusal = Assert.Throws<FormatException>(() => ArgumentSyntax.Parse(notation));
        Assert.Contains(notation, refusal.Message, StringComparison.Ordinal);
    }

    private static string Show(ArgumentDoc argument)
    {
        string text = argument.Name + ":" + argument.TypeName;
        if (argument.Token is not null) text += "=" + argument.Token;
        if (argument.KeySpecIndex >= 0) text += "#" + argument.KeySpecIndex;
        if (argument.Since is not null) text += "@" + argument.Since;
        if (argument.DeprecatedSince is not null) text += "!" + argument.DeprecatedSince;
        if (argument.Flags.HasFlag(ArgumentFlags.Optional)) text += " optional";
        if (argument.Flags.HasFlag(ArgumentFlags.Multiple)) text += " multiple";
        if (argument.Flags.HasFlag(ArgumentFlags.MultipleToken)) text += " multiple_token";
        return argument.Children.Count == 0 ? text : $"{text}({string.Join(' ', argument.Children.Select(Show))})";
    }
}
