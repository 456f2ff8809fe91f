namespace ModularKv.Abstractions;

/// <summary>Describes clients as CLIENT LIST does. Offered by the module that provides that command.</summary>
public interface IClientListing
{
    /// <summary>The line of one client, without a line end.</summary>
    string Describe(Client client);
}
