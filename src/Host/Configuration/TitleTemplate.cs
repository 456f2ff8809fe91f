namespace ModularKv.Host.Configuration;

/// <summary>The template of <c>proc-title-template</c>. Source: validateProcTitleTemplate and expandProcTitleTemplate.</summary>
internal static class TitleTemplate
{
    private static readonly string[] Variables =
        ["{title}", "{listen-addr}", "{server-mode}", "{port}", "{tls-port}", "{unixsocket}", "{config-file}"];

    /// <summary>Null, or why a template cannot be used.</summary>
    public static string? Refusal(string? template)
    {
        string rest = Fill(template!, _ => "x");
        bool isValid = rest.Length > 0 && rest.IndexOfAny(['{', '}']) < 0;
        return isValid ? null : "template format is invalid or contains unknown variables";
    }

    /// <summary>The template with values in place of its variables, which are named with their braces.</summary>
    public static string Fill(string template, Func<string, string> valueOf)
        => Variables.Aggregate(template, (text, variable) => text.Replace(variable, valueOf(variable), StringComparison.Ordinal));
}
