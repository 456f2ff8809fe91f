using System.Globalization;

namespace ModularKv.TestKit;

/// <summary>Environment variables that make tests longer or choose another seed.</summary>
public static class Variables
{
    /// <summary>The number that a variable holds; <paramref name="otherwise"/> where it holds none.</summary>
    public static int Integer(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
