using ModularKv.Abstractions.Configuration;

namespace ModularKv.Host.Configuration;

/// <summary>One module's view of the store. Disposing of it revokes what the module registered and what it listens to.</summary>
internal sealed class ModuleConfiguration(ConfigurationStore store, string owner) : IConfiguration, IDisposable
{
    private readonly List<Parameter> registered = [];
    private readonly List<Action<IReadOnlyList<Parameter>>> listeners = [];

    /// <inheritdoc/>
    public event Action<IReadOnlyList<Parameter>>? Changed
    {
        add
        {
            if (value is null) return;
            store.Changed += value;
            listeners.Add(value);
        }

        remove
        {
            if (value is null || !listeners.Remove(value)) return;
            store.Changed -= value;
        }
    }

    /// <inheritdoc/>
    public T Register<T>(T parameter)
        where T : Parameter
    {
        store.Register(parameter, owner);
        registered.Add(parameter);
        return parameter;
    }

    /// <inheritdoc/>
    public bool Revoke(Parameter parameter) => registered.Remove(parameter) && store.Revoke(parameter, owner);

    /// <inheritdoc/>
    public Parameter? Find(string name) => store.Find(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Parameter parameter in registered) store.Revoke(parameter, owner);
        registered.Clear();
        foreach (Action<IReadOnlyList<Parameter>> listener in listeners) store.Changed -= listener;
        listeners.Clear();
    }
}
