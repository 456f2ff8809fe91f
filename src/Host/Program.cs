using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModularKv.Host.Configuration;
using ModularKv.Host.Server;

CommandLine commandLine = CommandLine.Parse(args);
switch (commandLine.Action)
{
    case CommandLineAction.ShowVersion:
        Console.WriteLine(ProgramText.Line);
        return 0;
    case CommandLineAction.ShowHelp:
        Console.WriteLine(ProgramText.Usage);
        return 0;
}

ServerStart start = ServerStart.Read(commandLine);
if (start.Error is not null)
{
    Console.Error.WriteLine(start.Error);
    return 1;
}

if (commandLine.Action == CommandLineAction.CheckConfiguration) return start.Check();

HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
builder.Services.AddSingleton(start);
builder.Services.AddSingleton<ServerService>();
builder.Services.AddHostedService(services => services.GetRequiredService<ServerService>());
builder.Services.AddSingleton<IHostLifetime, SignalLifetime>();
using IHost host = builder.Build();
var server = host.Services.GetRequiredService<ServerService>();
await host.RunAsync(); // disposes of the services when the server has stopped
return server.ExitCode;
