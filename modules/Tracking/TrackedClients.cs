using ModularKv.Abstractions;
using ModularKv.Tracking.Broadcasting;
using ModularKv.Tracking.Invalidation;

namespace ModularKv.Tracking;

/// <summary>The clients that track, or did: switching on and off, and what of it the server shows.</summary>
internal sealed class TrackedClients(ClientSlot<TrackedClient> slot, InvalidationTable keys, PrefixTable prefixes)
{
    private const ClientFlags Shown = ClientFlags.Tracking | ClientFlags.TrackingBroken | ClientFlags.TrackingBroadcast;

    private readonly Dictionary<uint, TrackedClient> _byNumber = [];
    private readonly List<TrackedClient> _tracking = [];
    private uint _lastNumber;

    /// <summary>Those that track now, in the order in which they began.</summary>
    public IReadOnlyList<TrackedClient> Tracking => _tracking;

    /// <summary>Follows the commands of clients whose reads are remembered.</summary>
    public CommandInterceptor Follower { get; set; } = null!;

    /// <summary>Called when the first client begins to track or the last one has stopped.</summary>
    public Action UseChanged { get; set; } = () => { };

    /// <summary>The client's state; null: it never tracked.</summary>
    public TrackedClient? Find(Client client) => client.Get(slot);

    /// <summary>The connected client of that number, or null.</summary>
    public TrackedClient? Find(uint number) => _byNumber.GetValueOrDefault(number);

    /// <summary>Switches tracking on, or changes its options. Prefixes are added to those that there are. Source: enableTracking.</summary>
    public void Enable(Client client, TrackingOptions options)
    {
        TrackedClient state = client.Get(slot) ?? Add(client);
        if (!state.IsTracking) _tracking.Add(state);
        client.Flags = (client.Flags & ~Shown) | ClientFlags.Tracking | (options.Broadcast ? ClientFlags.TrackingBroadcast : 0);
        client.RedirectId = options.Redirect;
        state.OptIn = options.OptIn;
        state.OptOut = options.OptOut;
        state.NoLoop = options.NoLoop;
        if (options.Broadcast)
        {
            if (options.Prefixes.Count == 0) prefixes.Add(state, []);
            foreach (byte[] prefix in options.Prefixes) prefixes.Add(state, prefix);
        }

        UpdateFollowing(state);
        if (_tracking.Count == 1) UseChanged();
    }

    /// <summary>
    /// Switches tracking off. What was remembered stays: switched on again, the client hears of it. Source: disableTracking.
    /// </summary>
    public void Disable(Client client)
    {
        if (client.Get(slot) is not { IsTracking: true } state) return;
        prefixes.RemoveAll(state);
        _tracking.Remove(state);
        client.Flags &= ~Shown;
        client.RedirectId = -1;
        state.OptIn = state.OptOut = state.NoLoop = state.CachingGiven = false;
        UpdateFollowing(state);
        if (_tracking.Count == 0) UseChanged();
    }

    /// <summary>The connection ends. The keys it read are forgotten when they change, or with the last client that tracked.</summary>
    public void Remove(Client client)
    {
        if (client.Get(slot) is not { } state) return;
        Disable(client);
        client.Set(slot, null);
        state.IsGone = true;
        _byNumber.Remove(state.Number);
        if (_byNumber.Count > 0) return;
        keys.Clear();
        UseChanged();
    }

    /// <summary>CLIENT CACHING was given, or has served.</summary>
    public void SetCaching(TrackedClient state, bool given)
    {
        state.CachingGiven = given;
        UpdateFollowing(state);
    }

    private void UpdateFollowing(TrackedClient state)
    {
        if (state.NeedsFollowing) state.Client.Follow(Follower); else state.Client.Unfollow(Follower);
    }

    private TrackedClient Add(Client client)
    {
        do _lastNumber++; while (_lastNumber == 0 || _byNumber.ContainsKey(_lastNumber));
        var made = new TrackedClient(client, _lastNumber);
        client.Set(slot, made);
        _byNumber.Add(made.Number, made);
        return made;
    }
}
