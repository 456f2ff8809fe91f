using System.Runtime.InteropServices;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Tests.Commands.Memory;

/// <summary>Arguments of a command outside a batch.</summary>
internal sealed unsafe class ArgumentBlock : IDisposable
{
    private const int Slack = 16;
    private readonly Argument* _arguments;
    private readonly int _count;

    public ArgumentBlock(params string[] arguments)
    {
        _count = arguments.Length;
        _arguments = (Argument*)NativeMemory.AllocZeroed((nuint)Math.Max(1, _count), (nuint)sizeof(Argument));
        for (int i = 0; i < _count; i++)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(arguments[i]);
            _arguments[i].Bytes = (byte*)NativeMemory.AllocZeroed((nuint)(bytes.Length + Slack));
            _arguments[i].Length = bytes.Length;
            bytes.CopyTo(new Span<byte>(_arguments[i].Bytes, bytes.Length));
        }
    }

    public ArgumentList List => new(_arguments, _count);

    public void Dispose()
    {
        for (int i = 0; i < _count; i++) NativeMemory.Free(_arguments[i].Bytes);
        NativeMemory.Free(_arguments);
    }
}
