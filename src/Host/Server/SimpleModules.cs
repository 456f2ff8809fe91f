using System.Reflection;
using System.Runtime.Loader;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Server;

internal sealed class SimpleModules(Kernel kernel)
{
    public void LoadAll()
    {
        var list = new List<IModule>();
        foreach (string name in new[] { "Strings", "Keys", "Connection", "Server" })
        {
            string path = Path.Combine(AppContext.BaseDirectory, "modules", name, $"ModularKv.{name}.dll");
            if (!File.Exists(path)) continue;
            var context = new AssemblyLoadContext(name);
            Assembly assembly = context.LoadFromAssemblyPath(path);
            Type type = assembly.GetExportedTypes().First(t => t.IsDefined(typeof(ModuleAttribute)));
            var module = (IModule)Activator.CreateInstance(type)!;
            module.Configure(new Registry(kernel, name));
            list.Add(module);
        }
        foreach (IModule module in list) module.Start(kernel.Services);
    }

    private sealed class Registry(Kernel kernel, string name) : IModuleRegistry
    {
        public string ModuleName => name;
        public IServer Server => kernel.Services;
        public void Command(CommandSpec row) => kernel.Commands.Add(row, name, true);
        public void Type(DataType type) => kernel.Keyspace.Types.Register(type);
        public IConfiguration Configuration { get; } = kernel.Store.For(name);
        public IReadOnlyList<string> Arguments => [];
        public void Info(string section, int order, Action<InfoWriter> write, InfoVisibility visibility = InfoVisibility.Default) => kernel.Info.Add(section, order, write, visibility);
        public void Intercept(CommandInterceptor interceptor) => kernel.Executor.Add(interceptor);
        public void Observe(KeyObserver observer) => kernel.Keyspace.Observers.Add(observer);
        public void Observe(ServerObserver observer) => kernel.Observers.Add(observer);
        public void Subscribe(PropagationSubscriber subscriber) => kernel.Propagation.Subscribe(subscriber);
        private static int s_slots;
        public ClientSlot<T> ClientState<T>() where T : class => new(s_slots++);
        public void Provide<T>(T service) where T : class => kernel.Services.Provide(typeof(T), service);
        public void OnShutdown(ShutdownHook hook) => kernel.Shutdown.Add(hook);
        public MemoryOwner Memory { get; } = new(name, kernel.Keyspace.Blocks);
    }
}
