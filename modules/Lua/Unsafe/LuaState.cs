using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModularKv.Lua.Unsafe;

/// <summary>A function that Lua calls. Returns the number of results on top of the stack; never throws on purpose.</summary>
internal delegate int LuaFunction(LuaState state, Stack stack);

/// <summary>
/// One Lua state: memory, entry from and into Lua. No managed frame is ever jumped over: callbacks catch everything and return nil and a
/// message, Lua code raises, and Lua is entered by a protected call only.
/// </summary>
internal sealed unsafe class LuaState : IDisposable
{
    /// <summary>Instructions between two looks at the clock in a state that polls.</summary>
    private const int PollInstructions = 10_000;

    private readonly LuaFunction[] _functions;
    private readonly Lock _runningLock = new();
    private readonly nint[] _resumed = new nint[256];
    private int _resumedCount;
    private GCHandle _self;
    private Account* _account;
    private nint _main;

    /// <param name="functions">What Lua may call, by number.</param>
    /// <param name="owner">What the functions work on.</param>
    public LuaState(LuaFunction[] functions, object owner)
    {
        _functions = functions;
        Owner = owner;
        _main = Native.NewDefaultState();
        if (_main == 0) throw new InvalidOperationException("Lua gets no memory for a new state");
        _resumed[0] = _main;
        _account = (Account*)NativeMemory.AllocZeroed((nuint)sizeof(Account));
        _account->Callbacks = 1;
        _self = GCHandle.Alloc(this);
        // The word in front of a lua_State is the host's; coroutines copy it from the main one.
        ((nint*)_main)[-1] = GCHandle.ToIntPtr(_self);
        foreach ((string name, string open) in (ReadOnlySpan<(string, string)>)
            [("_G", "luaopen_base"), ("table", "luaopen_table"), ("string", "luaopen_string"), ("math", "luaopen_math"),
             ("coroutine", "luaopen_coroutine"), ("debug", "luaopen_debug")])
        {
            fixed (byte* text = System.Text.Encoding.ASCII.GetBytes(name + "\0")) Native.RequireLibrary(_main, text, Native.Find(open), 1);
            Native.SetTop(_main, 0);
        }
    }

    /// <summary>What the functions work on.</summary>
    public object Owner { get; }

    /// <summary>Asked from inside a running script once <see cref="Interrupt"/> was called: true ends the script.</summary>
    public Func<bool>? MustStop { get; set; }

    /// <summary>Whether a call polls from its first instruction on.</summary>
    public bool PollsFromStart { get; set; }

    /// <summary>The stack of the main coroutine.</summary>
    public Stack Main => new(_main);

    /// <summary>Whether it was disposed.</summary>
    public bool IsClosed => _main == 0;

    /// <summary>Whether a script was made to end: it cannot catch that.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Bytes in use.</summary>
    public long UsedBytes
        => _main == 0 ? 0 : ((long)Native.Collect(_main, 3, 0) * 1024) + Native.Collect(_main, 4, 0);

    /// <summary>Limits the memory; 0 takes the limit away.</summary>
    public void Limit(long bytesMax)
    {
        bool wasLimited = _account->BytesMax != 0;
        _account->BytesMax = bytesMax;
        if (bytesMax == 0 || wasLimited) return;
        _account->UsedBytes = UsedBytes;
        Native.AllocatesManaged = true;
        // Both allocators are the C library's, so that one may free what the other gave.
        Native.SetAllocator(_main, &Allocate, (nint)_account);
    }

    /// <summary>Compiles a text and pushes the function, or the error's text.</summary>
    /// <param name="stack">Where.</param>
    /// <param name="source">The text.</param>
    /// <param name="chunkName">Its name, ending with a zero byte.</param>
    public static bool Load(Stack stack, ReadOnlySpan<byte> source, ReadOnlySpan<byte> chunkName)
    {
        fixed (byte* text = source)
        fixed (byte* name = chunkName)
        fixed (byte* mode = "t\0"u8)
        {
            return Native.Load(stack.Handle, text, source.Length, name, mode) == Native.StatusOk;
        }
    }

    /// <summary>Calls the function below its arguments. Pushes the results, or one error value.</summary>
    /// <param name="arguments">Number of arguments.</param>
    /// <param name="results">Number of results wanted.</param>
    /// <param name="handler">Index of the message handler, or 0.</param>
    /// <returns>Whether it succeeded.</returns>
    public bool Call(int arguments, int results, int handler)
    {
        IsStopping = false;
        // No lock: the main coroutine is always there, so that a hook which comes too late does no harm; others come and go by the lock.
        Volatile.Write(ref _resumedCount, 1);
        if (PollsFromStart) Interrupt();
        // Memory is refused in here only: anywhere else the refusal has no protected call to return to, and would end the process.
        _account->Callbacks--;
        int status = Native.Call(_main, arguments, results, handler, 0, 0);
        _account->Callbacks++;
        if (_resumedCount == 1) Volatile.Write(ref _resumedCount, 0);
        else lock (_runningLock) _resumedCount = 0;
        if (_isHooked) Unhook();
        return status == Native.StatusOk;
    }

    private volatile bool _isHooked;

    /// <summary>
    /// Has the running script ask <see cref="MustStop"/> from now on. May come from any thread. Hooks are per coroutine, so it goes to all
    /// that are on the way.
    /// </summary>
    public void Interrupt()
    {
        lock (_runningLock)
        {
            if (_main == 0 || _resumedCount == 0 || IsStopping) return;
            _isHooked = true;
            for (int i = 0; i < Math.Min(_resumedCount, _resumed.Length); i++)
            {
                Native.SetHook(_resumed[i], (nint)(delegate* unmanaged<nint, nint, void>)&OnHook, Native.MaskCount, PollInstructions);
            }
        }
    }

    /// <summary>A coroutine is about to run.</summary>
    public void Enter(nint coroutine)
    {
        lock (_runningLock)
        {
            if (_resumedCount < _resumed.Length) _resumed[_resumedCount] = coroutine;
            _resumedCount++;
            if (_isHooked)
            {
                Native.SetHook(coroutine, (nint)(delegate* unmanaged<nint, nint, void>)&OnHook, Native.MaskCount, PollInstructions);
            }
        }
    }

    /// <summary>The coroutine entered last yields, ends or failed.</summary>
    public void Leave()
    {
        lock (_runningLock) _resumedCount--;
    }

    /// <summary>Makes the script end: from the next instruction on everything raises.</summary>
    public void Stop(nint coroutine)
    {
        IsStopping = true;
        _isHooked = true;
        Native.SetHook(coroutine, Native.RaiseFromHook, Native.MaskCount, 1);
        lock (_runningLock)
        {
            for (int i = 0; i < Math.Min(_resumedCount, _resumed.Length); i++)
            {
                Native.SetHook(_resumed[i], Native.RaiseFromHook, Native.MaskCount, 1);
            }
        }
    }

    /// <summary>Pushes a function of the table given to the constructor.</summary>
    public static void PushFunction(Stack stack, int number)
    {
        stack.Push((double)number);
        Native.PushFunction(stack.Handle, &Dispatch, 1);
    }

    /// <summary>Pops the value on top and keeps it.</summary>
    public static int Keep(Stack stack) => Native.Reference(stack.Handle, Native.RegistryIndex);

    /// <summary>Lets go of a kept value.</summary>
    public void Forget(int reference)
    {
        if (_main != 0) Native.Unreference(_main, Native.RegistryIndex, reference);
    }

    /// <summary>Makes the table on top the environment of everything compiled from now on; pops it.</summary>
    public void SetEnvironment() => Native.RawSetIndex(_main, Native.RegistryIndex, 2);

    /// <summary>Sets the metatable on top for the value below it, and pops it; for a boolean: for all of them.</summary>
    public static void SetMetatable(Stack stack) => Native.SetMetatable(stack.Handle, -2);

    /// <summary>A whole garbage collection.</summary>
    public void CollectAll() => Native.Collect(_main, 2, 0);

    /// <summary>Sets how far memory grows until the next collection begins, percent of what the last one left.</summary>
    public void SetPause(int percent) => Native.Collect(_main, 6, percent);

    /// <summary>Pushes the function of a text without its line information, so that errors never point into it.</summary>
    public bool LoadStripped(ReadOnlySpan<byte> source)
    {
        if (!Load(Main, source, "=prelude\0"u8)) return false;
        var code = new MemoryStream();
        GCHandle handle = GCHandle.Alloc(code);
        Native.Dump(_main, &Write, GCHandle.ToIntPtr(handle), 1);
        handle.Free();
        Native.SetTop(_main, -2);
        fixed (byte* bytes = code.ToArray())
        fixed (byte* name = "=prelude\0"u8)
        fixed (byte* mode = "b\0"u8)
        {
            return Native.Load(_main, bytes, (nint)code.Length, name, mode) == Native.StatusOk;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        nint main;
        lock (_runningLock)
        {
            main = _main;
            _main = 0;
        }

        if (main == 0) return;
        _account->BytesMax = 0;
        Native.Close(main);
        NativeMemory.Free(_account);
        _account = null;
        _self.Free();
    }

    private void Unhook()
    {
        lock (_runningLock)
        {
            _isHooked = false;
            Native.SetHook(_main, 0, 0, 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static LuaState Of(nint l) => System.Runtime.CompilerServices.Unsafe.As<LuaState>(GCHandle.FromIntPtr(((nint*)l)[-1]).Target!);

    [UnmanagedCallersOnly]
    private static int Dispatch(nint l)
    {
        LuaState state = Of(l);
        // A refusal of memory in here would jump over this frame.
        state._account->Callbacks++;
        var stack = new Stack(l);
        try
        {
            return state._functions[(int)Native.ToNumber(l, Stack.Upvalue(1), null)](state, stack);
        }
        catch (OutOfMemoryException)
        {
            return stack.Fail("not enough memory"u8);
        }
        catch (Exception e)
        {
            return stack.Fail($"internal error: {e.GetType().Name}: {e.Message}");
        }
        finally
        {
            state._account->Callbacks--;
        }
    }

    [UnmanagedCallersOnly]
    private static int Write(nint l, byte* bytes, nint length, nint sink)
    {
        ((MemoryStream)GCHandle.FromIntPtr(sink).Target!).Write(new ReadOnlySpan<byte>(bytes, (int)length));
        return 0;
    }

    [UnmanagedCallersOnly]
    private static void OnHook(nint l, nint record)
    {
        LuaState state = Of(l);
        state._account->Callbacks++;
        try
        {
            if (state.MustStop?.Invoke() == true) state.Stop(l);
        }
        catch (Exception)
        {
            state.Stop(l);
        }
        finally
        {
            state._account->Callbacks--;
        }
    }

    [UnmanagedCallersOnly]
    private static nint Allocate(nint data, nint block, nuint oldSize, nuint newSize)
    {
        var account = (Account*)data;
        long old = block == 0 ? 0 : (long)oldSize;
        if (newSize == 0)
        {
            NativeMemory.Free((void*)block);
            account->UsedBytes -= old;
            return 0;
        }

        long grown = account->UsedBytes + (long)newSize - old;
        if ((long)newSize > old && account->BytesMax > 0 && grown > account->BytesMax && account->Callbacks == 0) return 0;
        nint moved = (nint)Reallocate(block, newSize);
        if (moved != 0) account->UsedBytes = grown;
        return moved;
    }

    private static void* Reallocate(nint block, nuint size)
    {
        try
        {
            return NativeMemory.Realloc((void*)block, size);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    /// <summary>Lives off-heap: the allocator also runs where no managed object may be asked for.</summary>
    private struct Account
    {
        public long BytesMax;
        public long UsedBytes;
        public int Callbacks;
    }
}
