namespace ModularKv.Abstractions;

/// <summary>
/// The RDB format as a service of the module that knows it: for append-only files with a preamble, for replication, for who copies data
/// sets. Loop thread only unless said otherwise.
/// </summary>
public interface IRdbFormat
{
    /// <summary>
    /// Starts a snapshot and writes it as an RDB image. Formatting, compression and writing happen on a thread of their own, behind a
    /// bounded queue.
    /// </summary>
    /// <param name="sink">Where to; used on that thread.</param>
    /// <param name="options">What stands in the image beside the data.</param>
    /// <param name="ended">Called on the loop thread when all is written (null) or with the reason why it is not.</param>
    /// <exception cref="InvariantException">A snapshot is under way (<see cref="ISnapshots.Active"/>).</exception>
    IRdbSave Save(RdbSink sink, RdbSaveOptions options, Action<string?> ended);

    /// <summary>
    /// Reads an image into the databases, which must be empty or take part of it (duplicate keys are an error). Reports to
    /// <see cref="IServer.Loading"/>, which must be active, how far it is.
    /// </summary>
    /// <param name="source">Where from; left behind the image's last byte but for what <see cref="RdbSource.Unread"/> got back.</param>
    /// <returns>What stood in the image beside the data.</returns>
    /// <exception cref="ValueFormatException">The image is broken: message and offset say how. What was loaded before stays.</exception>
    /// <exception cref="IOException">The source cannot be read.</exception>
    RdbLoaded Load(RdbSource source);

    /// <summary>A value as DUMP shows it and RESTORE takes it.</summary>
    /// <param name="entry">The value.</param>
    /// <returns>Borrowed until the next call.</returns>
    ReadOnlySpan<byte> Dump(Entry entry);
}

/// <summary>A save under way.</summary>
public interface IRdbSave
{
    /// <summary>The walk it consumes.</summary>
    ISnapshot Snapshot { get; }

    /// <summary>Goes on to the end at once, holding the loop; <c>ended</c> has been called when it returns.</summary>
    void Complete();

    /// <summary>Stops it; <c>ended</c> is called with the reason.</summary>
    void Cancel(string reason);
}

/// <summary>Takes an image's bytes, on the writing thread.</summary>
public abstract class RdbSink
{
    /// <summary>Takes bytes; borrowed for the call.</summary>
    /// <exception cref="IOException">They cannot be taken: the save ends with this reason.</exception>
    public abstract void Write(ReadOnlySpan<byte> bytes);

    /// <summary>All bytes have come: makes them durable, gives the file its name, whatever completes it.</summary>
    /// <exception cref="IOException">The save ends with this reason.</exception>
    public abstract void Complete();

    /// <summary>The save has failed or was cancelled: cleans up. Must not throw.</summary>
    public abstract void Abandon();
}

/// <summary>Gives an image's bytes.</summary>
public abstract class RdbSource
{
    /// <summary>Reads some bytes. 0: there are no more.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public abstract int Read(Span<byte> into);

    /// <summary>Takes back bytes that were read and do not belong to the image: what follows a preamble.</summary>
    public abstract void Unread(ReadOnlySpan<byte> bytes);
}

/// <summary>What stands in an image beside the data.</summary>
/// <param name="IsAofBase">Whether it is the base of an append-only file (aux field aof-base).</param>
/// <param name="Aux">More aux fields, in order: replication's, say.</param>
/// <param name="FunctionsOnly">Leaves the keys out.</param>
public sealed record RdbSaveOptions(
    bool IsAofBase = false, IReadOnlyList<KeyValuePair<string, string>>? Aux = null, bool FunctionsOnly = false);

/// <summary>What loading an image came to.</summary>
/// <param name="Keys">Keys loaded.</param>
/// <param name="Expired">Keys left out because they had expired.</param>
/// <param name="Aux">The aux fields.</param>
public sealed record RdbLoaded(long Keys, long Expired, IReadOnlyDictionary<string, string> Aux);

/// <summary>The libraries of FUNCTION LOAD, for who saves and loads data sets; offered by the module that runs them.</summary>
public interface IFunctionLibraries
{
    /// <summary>Source text of every library, shebang line included.</summary>
    IReadOnlyList<byte[]> Sources { get; }

    /// <summary>Loads a library.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="replace">Whether one of the same name goes; otherwise that is an error.</param>
    /// <returns>Null, or why it was not loaded.</returns>
    string? Load(ReadOnlySpan<byte> source, bool replace);

    /// <summary>Removes all of them.</summary>
    void Clear();
}
