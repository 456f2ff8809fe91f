using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>DEL and UNLINK.</summary>
internal sealed class KeyDeletion(Settings settings)
{
    /// <summary>DEL key [key ...]. Source: redis.io/commands/del.</summary>
    public void Delete(ref CommandContext call) => DeleteAll(ref call, settings.LazyUserDelete);

    /// <summary>UNLINK key [key ...]: large values are freed later. Source: redis.io/commands/unlink.</summary>
    public void Unlink(ref CommandContext call) => DeleteAll(ref call, lazy: true);

    private static void DeleteAll(ref CommandContext call, bool lazy)
    {
        int deleted = 0;
        for (int i = 1; i < call.ArgumentCount; i++)
        {
            KeyRef key = call.Key(i);
            if (!call.Keys.Delete(key, lazy)) continue;
            call.Changed(key, KeyEventClass.Generic, "del"u8);
            deleted++;
        }

        call.Reply.Integer(deleted);
    }
}
