namespace ModularKv.Host.Configuration;

/// <summary>Reads file, standard input and command line into the store, in that order: the last word counts.</summary>
internal static class ConfigurationLoader
{
    /// <summary>What standard input is called in errors.</summary>
    public const string StandardInputName = "standard input";

    /// <summary>What the command line is called in errors.</summary>
    public const string CommandLineName = "the command line";

    /// <summary>Loads everything that the command line asks for.</summary>
    /// <param name="commandLine">What to read.</param>
    /// <param name="store">Takes the values.</param>
    /// <param name="files">Where the files are.</param>
    /// <param name="standardInput">Read to its end when the command line has a lone <c>-</c>.</param>
    /// <returns>Null, or the first error. Modules come later: <see cref="ConfigurationStore.CompleteStart"/>.</returns>
    public static ConfigurationError? Load(
        CommandLine commandLine, ConfigurationStore store, IConfigurationFiles files, Func<byte[]> standardInput)
    {
        var reader = new ConfigurationReader(files, store.Accept);
        if (commandLine.ConfigurationFile is not null && reader.ReadFile(commandLine.ConfigurationFile) is { } inFile) return inFile;
        if (commandLine.ReadsStandardInput && reader.ReadText(standardInput(), StandardInputName) is { } inInput) return inInput;
        byte[] directives = Abstractions.Configuration.ConfigurationText.Encode(commandLine.Directives);
        return reader.ReadText(directives, CommandLineName);
    }
}
