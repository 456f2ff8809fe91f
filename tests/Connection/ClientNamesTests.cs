using System.Text;
using ModularKv.Abstractions;
using ModularKv.Connection.Commands;

namespace ModularKv.Connection.Tests;

/// <summary>Names and types of clients.</summary>
public sealed class ClientNamesTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("worker-1!~", true)]
    [InlineData("a b", false)]
    [InlineData("a\nb", false)]
    [InlineData("é", false)]
    public void Only_printable_ASCII_without_spaces_is_a_name(string name, bool valid) =>
        Assert.Equal(valid, ClientNames.IsValid(Encoding.UTF8.GetBytes(name)));

    [Theory]
    [InlineData("normal", ClientClass.Normal)]
    [InlineData("SLAVE", ClientClass.Replica)]
    [InlineData("Replica", ClientClass.Replica)]
    [InlineData("pubsub", ClientClass.PubSub)]
    [InlineData("master", ClientClass.Master)]
    [InlineData("monitor", null)]
    public void Types_have_Redis_names(string name, ClientClass? expected)
    {
        bool found = ClientTypes.TryFind(Encoding.ASCII.GetBytes(name), out ClientClass type);
        Assert.Equal(expected is not null, found);
        if (found) Assert.Equal(expected, type);
    }
}
