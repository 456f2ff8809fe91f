using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.PubSub.KeyEvents;

namespace ModularKv.PubSub.Tests;

public sealed class EventClassesTests
{
    // What CONFIG GET of redis-server 7.0.15 shows after CONFIG SET.
    [Theory]
    [InlineData("", "")]
    [InlineData("KEA", "AKE")]
    [InlineData("Kg$", "g$K")]
    [InlineData("Elshzxet", "lshzxetE")]
    [InlineData("AKEn", "AKE")]
    [InlineData("KEnm", "nKEm")]
    [InlineData("Ed", "dE")]
    [InlineData("KEg$lshzxetd", "AKE")]
    [InlineData("KEg$lshzxe", "g$lshzxeKE")]
    [InlineData("nKEgz$lshxetdm", "AKEm")]
    public void The_value_is_shown_in_its_canonical_form(string set, string shown)
    {
        EventClassesParameter parameter = new();
        Assert.NotEqual(SetOutcome.Refused, parameter.Set([set], ParameterSource.Command, out _));
        Assert.Equal(shown, parameter.Format());
    }

    [Fact]
    public void An_unknown_class_is_refused_and_the_value_stays()
    {
        EventClassesParameter parameter = new();
        parameter.Set(["KE$"], ParameterSource.Command, out _);
        Assert.Equal(SetOutcome.Refused, parameter.Set(["KEQ"], ParameterSource.Command, out string? error));
        Assert.Equal("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.", error);
        Assert.Equal("$KE", parameter.Format());
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("K", false)]
    [InlineData("A", false)]
    [InlineData("K$", true)]
    [InlineData("Em", true)]
    public void It_is_on_with_a_class_and_a_channel(string set, bool isOn)
    {
        EventClassesParameter parameter = new();
        parameter.Set([set], ParameterSource.Command, out _);
        Assert.Equal(isOn, parameter.IsOn);
    }

    [Fact]
    public void The_rewritten_line_keeps_every_class()
    {
        EventClassesParameter parameter = new();
        parameter.Set(["AKEnm"], ParameterSource.Command, out _);
        List<RewriteLine> lines = [];
        parameter.AppendRewriteLines(lines);
        EventClassesParameter again = new();
        again.Set([lines[0].Text.Split('"')[1]], ParameterSource.File, out _);
        Assert.Equal(parameter.Value, again.Value);
        Assert.True(again.Has(KeyEventClass.New));
    }
}
