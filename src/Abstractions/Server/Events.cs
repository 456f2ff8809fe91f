namespace ModularKv.Abstractions;

/// <summary>Classes of key events, with the letters of notify-keyspace-events.</summary>
[Flags]
public enum KeyEventClass
{
    /// <summary>No notification.</summary>
    None = 0,

    /// <summary>g: DEL, EXPIRE, RENAME, …</summary>
    Generic = 1 << 2,

    /// <summary>$</summary>
    String = 1 << 3,

    /// <summary>l</summary>
    List = 1 << 4,

    /// <summary>s</summary>
    Set = 1 << 5,

    /// <summary>h</summary>
    Hash = 1 << 6,

    /// <summary>z</summary>
    SortedSet = 1 << 7,

    /// <summary>x</summary>
    Expired = 1 << 8,

    /// <summary>e</summary>
    Evicted = 1 << 9,

    /// <summary>t</summary>
    Stream = 1 << 10,

    /// <summary>m</summary>
    KeyMiss = 1 << 11,

    /// <summary>d</summary>
    Module = 1 << 13,

    /// <summary>n</summary>
    New = 1 << 14,
}

/// <summary>What happened to a key. Borrowed: valid during the call.</summary>
public readonly ref struct KeyEvent
{
    internal KeyEvent(Database database, KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> name, bool modified, Client? client)
    {
        Database = database;
        Key = key;
        Class = eventClass;
        Name = name;
        IsModification = modified;
        Client = client;
    }

    /// <summary>The database.</summary>
    public Database Database { get; }

    /// <summary>The key.</summary>
    public KeyRef Key { get; }

    /// <summary>The class.</summary>
    public KeyEventClass Class { get; }

    /// <summary>"set", "del", "expired", …; empty for a pure modification signal.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>Whether the value changed (as opposed to a mere notification, such as a miss).</summary>
    public bool IsModification { get; }

    /// <summary>Who caused it; null for the server itself.</summary>
    public Client? Client { get; }
}

/// <summary>What an observer of keys wants to be told. Nothing costs anything while nobody wants it.</summary>
[Flags]
public enum KeyInterest
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><see cref="KeyObserver.Happened"/> for every event.</summary>
    Events = 1,

    /// <summary><see cref="KeyObserver.Changing"/> before a value is changed or removed, with the old value.</summary>
    OldValues = 2,

    /// <summary><see cref="KeyObserver.Flushing"/>.</summary>
    Flushes = 4,
}

/// <summary>Observes key events.</summary>
public abstract class KeyObserver
{
    private KeyInterest _interest;

    /// <summary>What is wanted now; may be changed at any time (on the loop thread).</summary>
    public KeyInterest Interest
    {
        get => _interest;
        set
        {
            _interest = value;
            InterestChanged?.Invoke();
        }
    }

    internal Action? InterestChanged { get; set; }

    /// <summary>After something happened to a key.</summary>
    public virtual void Happened(in KeyEvent happened)
    {
    }

    /// <summary>Before a command opens an existing key for writing, or removes it. The value is still the old one.</summary>
    public virtual void Changing(Database database, KeyRef key, Entry oldValue)
    {
    }

    /// <summary>Before all keys of a database go (null: of all databases), or two databases are swapped.</summary>
    public virtual void Flushing(Database? database, Database? swappedWith)
    {
    }
}

/// <summary>Observes the life of the server and of its clients.</summary>
public abstract class ServerObserver
{
    /// <summary>A client connected.</summary>
    public virtual void Connected(Client client)
    {
    }

    /// <summary>A client is gone; its state is still readable.</summary>
    public virtual void Disconnected(Client client)
    {
    }

    /// <summary>RESET: back to the state right after connecting.</summary>
    public virtual void Reset(Client client)
    {
    }

    /// <summary>Every 1000/hz milliseconds.</summary>
    public virtual void Tick()
    {
    }

    /// <summary>Before the loop waits for events: the place for work that belongs to the end of an iteration.</summary>
    public virtual void BeforeSleep()
    {
    }

    /// <summary>Whether <see cref="BeforeSleep"/> is wanted. Read when it is registered.</summary>
    public virtual bool WantsBeforeSleep => false;

    /// <summary>
    /// All modules started, clients may connect: the place to load the data set, with <see cref="IServer.Loading"/>. The first one to
    /// return true has done so, and the others are not asked. A <see cref="ModuleException"/> ends the server.
    /// </summary>
    public virtual bool LoadDataset() => false;

    /// <summary>All modules started and the data set is loaded: the server accepts clients.</summary>
    public virtual void Started()
    {
    }
}
