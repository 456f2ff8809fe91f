using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace ModularKv.Lua.Unsafe;

/// <summary>
/// The functions of the Lua 5.4 library, as function pointers. Those that neither allocate nor run Lua code skip the GC transition; of
/// those that allocate a little there are two forms: a limited state allocates through a managed callback, which must not be entered from a
/// call without the transition.
/// </summary>
internal static unsafe class Native
{
    public const int RegistryIndex = -1_000_000 - 1000;
    public const int TypeNone = -1;
    public const int TypeNil = 0;
    public const int TypeBoolean = 1;
    public const int TypeLightUserData = 2;
    public const int TypeNumber = 3;
    public const int TypeString = 4;
    public const int TypeTable = 5;
    public const int TypeFunction = 6;
    public const int StatusOk = 0;
    public const int StatusMemory = 4;
    public const int MaskCount = 8;

    /// <summary>
    /// Whether a state has our allocator. Then nothing that allocates may skip the GC transition, in no state.
    /// </summary>
    public static bool AllocatesManaged;

    private static readonly nint s_library =
        NativeLibrary.Load("lua54", typeof(Native).Assembly, DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories);

    public static readonly delegate* unmanaged<nint> NewDefaultState = (delegate* unmanaged<nint>)Find("luaL_newstate");
    public static readonly delegate* unmanaged<nint, void> Close = (delegate* unmanaged<nint, void>)Find("lua_close");
    public static readonly delegate* unmanaged<nint, delegate* unmanaged<nint, nint, nuint, nuint, nint>, nint, void> SetAllocator =
        (delegate* unmanaged<nint, delegate* unmanaged<nint, nint, nuint, nuint, nint>, nint, void>)Find("lua_setallocf");
    public static readonly delegate* unmanaged<nint, byte*, nint, int, void> RequireLibrary =
        (delegate* unmanaged<nint, byte*, nint, int, void>)Find("luaL_requiref");
    public static readonly delegate* unmanaged<nint, byte*, nint, byte*, byte*, int> Load =
        (delegate* unmanaged<nint, byte*, nint, byte*, byte*, int>)Find("luaL_loadbufferx");
    public static readonly delegate* unmanaged<nint, int, int, int, nint, nint, int> Call =
        (delegate* unmanaged<nint, int, int, int, nint, nint, int>)Find("lua_pcallk");
    public static readonly delegate* unmanaged<nint, int, int, int> Collect = (delegate* unmanaged<nint, int, int, int>)Find("lua_gc");
    public static readonly delegate* unmanaged<nint, int, int, int, int> CollectByAge =
        (delegate* unmanaged<nint, int, int, int, int>)Find("lua_gc");
    public static readonly delegate* unmanaged<nint, nint, int, int, void> SetHook =
        (delegate* unmanaged<nint, nint, int, int, void>)Find("lua_sethook");
    public static readonly nint RaiseFromHook = Find("luaL_error");

    public static readonly delegate* unmanaged<nint, int, int, void> NewTable =
        (delegate* unmanaged<nint, int, int, void>)Find("lua_createtable");
    public static readonly delegate* unmanaged<nint, byte*, nint, byte*> PushBytes =
        (delegate* unmanaged<nint, byte*, nint, byte*>)Find("lua_pushlstring");
    public static readonly delegate* unmanaged<nint, delegate* unmanaged<nint, int>, int, void> PushFunction =
        (delegate* unmanaged<nint, delegate* unmanaged<nint, int>, int, void>)Find("lua_pushcclosure");
    public static readonly delegate* unmanaged<nint, int, void> RawSet = (delegate* unmanaged<nint, int, void>)Find("lua_rawset");
    public static readonly delegate* unmanaged<nint, int, long, void> RawSetIndex =
        (delegate* unmanaged<nint, int, long, void>)Find("lua_rawseti");
    public static readonly delegate* unmanaged<nint, int, byte*, void> SetField =
        (delegate* unmanaged<nint, int, byte*, void>)Find("lua_setfield");
    public static readonly delegate* unmanaged<nint, int, int> SetMetatable = (delegate* unmanaged<nint, int, int>)Find("lua_setmetatable");
    public static readonly delegate* unmanaged<nint, int, int> Reference = (delegate* unmanaged<nint, int, int>)Find("luaL_ref");
    public static readonly delegate* unmanaged<nint, int, int, void> Unreference =
        (delegate* unmanaged<nint, int, int, void>)Find("luaL_unref");
    public static readonly delegate* unmanaged<nint, int, int> CheckStack = (delegate* unmanaged<nint, int, int>)Find("lua_checkstack");
    public static readonly delegate* unmanaged<nint, delegate* unmanaged<nint, byte*, nint, nint, int>, nint, int, int> Dump =
        (delegate* unmanaged<nint, delegate* unmanaged<nint, byte*, nint, nint, int>, nint, int, int>)Find("lua_dump");

    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, int> Type =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, int>)Find("lua_type");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int> Top =
        (delegate* unmanaged[SuppressGCTransition]<nint, int>)Find("lua_gettop");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, void> SetTop =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, void>)Find("lua_settop");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, nint*, byte*> ToBytes =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, nint*, byte*>)Find("lua_tolstring");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, int*, double> ToNumber =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, int*, double>)Find("lua_tonumberx");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, int*, long> ToInteger =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, int*, long>)Find("lua_tointegerx");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, int> IsInteger =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, int>)Find("lua_isinteger");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, int> ToBoolean =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, int>)Find("lua_toboolean");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, nint> ToUserData =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, nint>)Find("lua_touserdata");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, nint> ToThread =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, nint>)Find("lua_tothread");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, ulong> RawLength =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, ulong>)Find("lua_rawlen");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, int> RawGet =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, int>)Find("lua_rawget");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, long, int> RawGetIndex =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, long, int>)Find("lua_rawgeti");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, int> Next =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, int>)Find("lua_next");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, void> PushValue =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, void>)Find("lua_pushvalue");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, void> PushNil =
        (delegate* unmanaged[SuppressGCTransition]<nint, void>)Find("lua_pushnil");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, double, void> PushNumber =
        (delegate* unmanaged[SuppressGCTransition]<nint, double, void>)Find("lua_pushnumber");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, void> PushBoolean =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, void>)Find("lua_pushboolean");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, nint, void> PushLightUserData =
        (delegate* unmanaged[SuppressGCTransition]<nint, nint, void>)Find("lua_pushlightuserdata");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, int, void> Copy =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, int, void>)Find("lua_copy");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, int, void> Rotate =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, int, void>)Find("lua_rotate");

    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, int, void> NewTableFast =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, int, void>)Find("lua_createtable");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, byte*, nint, byte*> PushBytesFast =
        (delegate* unmanaged[SuppressGCTransition]<nint, byte*, nint, byte*>)Find("lua_pushlstring");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, void> RawSetFast =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, void>)Find("lua_rawset");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, long, void> RawSetIndexFast =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, long, void>)Find("lua_rawseti");

    /// <summary>Makes sure that the library is there.</summary>
    /// <exception cref="InvalidOperationException">It is not, or lacks a function.</exception>
    public static void Require()
    {
        try
        {
            RuntimeHelpers.RunClassConstructor(typeof(Native).TypeHandle);
        }
        catch (TypeInitializationException e) when (e.InnerException is DllNotFoundException or EntryPointNotFoundException)
        {
            string reason = e.InnerException.Message;
            throw new InvalidOperationException($"the Lua 5.4 library (lua54) beside the module cannot be used: {reason}", e);
        }
    }

    public static nint Find(string name) => NativeLibrary.GetExport(s_library, name);
}
