using System.Text;
using Humanizer;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

[Module("hello", "1.0.0", ApiLevel.Current, Summary = "greets")]
public sealed class HelloModule : IModule
{
    private readonly StringParameter _greeting = new("hello-greeting", "Hello") { Description = "The word before the name." };
    private long _greeted;

    public void Configure(IModuleRegistry registry)
    {
        registry.Parameter(_greeting);
        registry.Info("Hello", 9000, info => info.Line("hello_greeted", _greeted));
        registry.Command(new CommandSpec
        {
            Name = "hello.greet", Arity = 2, Handler = Greet, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Group = "hello", Since = "1.0.0", Summary = "Greets somebody by name.", Arguments = "name",
        });
    }

    /// <summary>HELLO.GREET name: "Hello, Ada Lovelace!" for "ada lovelace".</summary>
    private void Greet(ref CommandContext call)
    {
        _greeted++;
        string name = Encoding.UTF8.GetString(call.Argument(1)).Transform(To.TitleCase);
        call.Reply.Bulk(Encoding.UTF8.GetBytes($"{_greeting.Text}, {name}!"));
    }
}
