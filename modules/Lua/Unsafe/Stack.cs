using System.Runtime.CompilerServices;

namespace ModularKv.Lua.Unsafe;

/// <summary>
/// The stack of one coroutine of a Lua state, with the operations that cannot raise. Spans of strings stay valid while the string is
/// reachable from Lua: while it is on the stack.
/// </summary>
internal readonly unsafe struct Stack(nint handle)
{
    /// <summary>What takes longer to copy is not done without a GC transition.</summary>
    private const int QuickBytesMax = 4096;
    private const int QuickFieldsMax = 256;

    private readonly nint _l = handle;

    /// <summary>The lua_State.</summary>
    public nint Handle => _l;

    /// <summary>Number of values; in a callback the number of arguments.</summary>
    public int Top => Native.Top(_l);

    public static int Upvalue(int index) => Native.RegistryIndex - index;

    public int Type(int index) => Native.Type(_l, index);

    public void SetTop(int count) => Native.SetTop(_l, count);

    public void Pop(int count = 1) => Native.SetTop(_l, -count - 1);

    /// <summary>The bytes of a string; only where <see cref="Type"/> said string.</summary>
    public ReadOnlySpan<byte> Bytes(int index)
    {
        nint length;
        byte* data = Native.ToBytes(_l, index, &length);
        return new ReadOnlySpan<byte>(data, checked((int)length));
    }

    /// <summary>The number of a number or of a string that reads as one.</summary>
    public bool TryNumber(int index, out double value)
    {
        int isNumber;
        value = Native.ToNumber(_l, index, &isNumber);
        return isNumber != 0;
    }

    /// <summary>The number, 0 where it is none.</summary>
    public double Number(int index) => Native.ToNumber(_l, index, null);

    public long Integer(int index) => Native.ToInteger(_l, index, null);

    public bool IsInteger(int index) => Native.IsInteger(_l, index) != 0;

    public bool Boolean(int index) => Native.ToBoolean(_l, index) != 0;

    public nint UserData(int index) => Native.ToUserData(_l, index);

    public nint Thread(int index) => Native.ToThread(_l, index);

    public long RawLength(int index) => (long)Native.RawLength(_l, index);

    /// <summary>Makes room for values to be pushed; false when the stack is at its limit.</summary>
    public bool Ensure(int count) => Native.CheckStack(_l, count) != 0;

    public void Push(ReadOnlySpan<byte> bytes)
    {
        if (Native.AllocatesManaged || bytes.Length > QuickBytesMax)
        {
            PushSlowly(bytes);
            return;
        }

        fixed (byte* data = bytes) Native.PushBytesFast(_l, data, bytes.Length);
    }

    public void Push(double value) => Native.PushNumber(_l, value);

    public void Push(bool value) => Native.PushBoolean(_l, value ? 1 : 0);

    public void PushNil() => Native.PushNil(_l);

    public void PushNull() => Native.PushLightUserData(_l, 0);

    public void PushCopy(int index) => Native.PushValue(_l, index);

    public void PushTable(int list = 0, int named = 0)
    {
        if (Native.AllocatesManaged || list + named > QuickFieldsMax) PushTableSlowly(list, named);
        else Native.NewTableFast(_l, list, named);
    }

    /// <summary>table[key] = value without metamethods; pops value and key. A key that is nil or NaN is dropped with its value.</summary>
    public bool RawSet(int table)
    {
        int key = Native.Type(_l, -2);
        if (key == Native.TypeNil || (key == Native.TypeNumber && double.IsNaN(Native.ToNumber(_l, -2, null))))
        {
            Pop(2);
            return false;
        }

        Set(table);
        return true;
    }

    /// <summary>table[index] = value; pops the value.</summary>
    public void RawSet(int table, long index)
    {
        if (Native.AllocatesManaged) RawSetSlowly(table, index);
        else Native.RawSetIndexFast(_l, table, index);
    }

    /// <summary>table[key] = value without metamethods and without a look at the key, which is a string; pops value and key.</summary>
    public void Set(int table)
    {
        if (Native.AllocatesManaged) SetSlowly(table);
        else Native.RawSetFast(_l, table);
    }

    /// <summary>Replaces the key on top by its value.</summary>
    public int RawGet(int table) => Native.RawGet(_l, table);

    /// <summary>Pushes table[index].</summary>
    public int RawGet(int table, long index) => Native.RawGetIndex(_l, table, index);

    /// <summary>Pushes table[name].</summary>
    public int RawGet(int table, ReadOnlySpan<byte> name)
    {
        int absolute = table < 0 && table > Native.RegistryIndex ? Top + table + 1 : table;
        Push(name);
        return Native.RawGet(_l, absolute);
    }

    /// <summary>table.name = value; pops the value.</summary>
    public void SetField(int table, ReadOnlySpan<byte> name)
    {
        int absolute = table < 0 && table > Native.RegistryIndex ? Top + table + 1 : table;
        Push(name);
        Native.Rotate(_l, -2, 1);
        Set(absolute);
    }

    /// <summary>Steps through a table: pops the key, pushes the next key and its value; false at the end.</summary>
    public bool Next(int table) => Native.Next(_l, table) != 0;

    /// <summary>Overwrites a value with the top one, which stays.</summary>
    public void CopyTo(int index) => Native.Copy(_l, -1, index);

    /// <summary>Moves the top value below.</summary>
    public void Insert(int index) => Native.Rotate(_l, index, 1);

    /// <summary>Leaves nil and a message: the Lua side of the function raises it.</summary>
    public int Fail(ReadOnlySpan<byte> message)
    {
        Ensure(2);
        PushNil();
        Push(message);
        return 2;
    }

    /// <inheritdoc cref="Fail(ReadOnlySpan{byte})"/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Fail(string message) => Fail(System.Text.Encoding.UTF8.GetBytes(message));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PushSlowly(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* data = bytes) Native.PushBytes(_l, data, bytes.Length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PushTableSlowly(int list, int named) => Native.NewTable(_l, list, named);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RawSetSlowly(int table, long index) => Native.RawSetIndex(_l, table, index);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SetSlowly(int table) => Native.RawSet(_l, table);

    /// <summary>The name of a value's type as error texts write it.</summary>
    public string TypeName(int index) => Type(index) switch
    {
        Native.TypeNone => "no value",
        Native.TypeNil => "nil",
        Native.TypeBoolean => "boolean",
        Native.TypeLightUserData => "userdata",
        Native.TypeNumber => "number",
        Native.TypeString => "string",
        Native.TypeTable => "table",
        Native.TypeFunction => "function",
        8 => "thread",
        _ => "userdata",
    };
}
