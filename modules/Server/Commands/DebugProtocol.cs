using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>DEBUG PROTOCOL: a sample of every type of reply, for tests of client libraries. Source: debug.c.</summary>
internal static class DebugProtocol
{
    /// <summary>DEBUG PROTOCOL type.</summary>
    public static void Run(ref CommandContext call)
    {
        ReplyWriter reply = call.Reply;
        if (call.ArgumentIs(2, "string"u8)) reply.Bulk("Hello World"u8);
        else if (call.ArgumentIs(2, "integer"u8)) reply.Integer(12345);
        else if (call.ArgumentIs(2, "double"u8)) reply.Double(3.141);
        else if (call.ArgumentIs(2, "bignum"u8)) reply.BigNumber("1234567999999999999999999999999999999"u8);
        else if (call.ArgumentIs(2, "null"u8)) reply.Null();
        else if (call.ArgumentIs(2, "true"u8)) reply.Boolean(true);
        else if (call.ArgumentIs(2, "false"u8)) reply.Boolean(false);
        else if (call.ArgumentIs(2, "verbatim"u8)) reply.Verbatim("txt"u8, "This is a verbatim\nstring"u8);
        else if (!TryAggregate(ref call)) Unknown(reply);
    }

    private static bool TryAggregate(ref CommandContext call)
    {
        ReplyWriter reply = call.Reply;
        if (call.ArgumentIs(2, "array"u8)) Numbers(reply, isSet: false);
        else if (call.ArgumentIs(2, "set"u8)) Numbers(reply, isSet: true);
        else if (call.ArgumentIs(2, "map"u8)) Map(reply);
        else if (call.ArgumentIs(2, "attrib"u8)) Attribute(reply);
        else if (call.ArgumentIs(2, "push"u8)) Push(reply);
        else return false;
        return true;
    }

    private static void Numbers(ReplyWriter reply, bool isSet)
    {
        if (isSet) reply.Set(3); else reply.Array(3);
        for (int i = 0; i < 3; i++) reply.Integer(i);
    }

    private static void Map(ReplyWriter reply)
    {
        reply.Map(3);
        for (int i = 0; i < 3; i++)
        {
            reply.Integer(i);
            reply.Boolean(i == 1);
        }
    }

    private static void Attribute(ReplyWriter reply)
    {
        if (reply.Protocol >= 3)
        {
            reply.Attribute(1);
            reply.Bulk("key-popularity"u8);
            reply.Array(2);
            reply.Bulk("key:123"u8);
            reply.Integer(90);
        }

        reply.Bulk("Some real reply following the attribute"u8);
    }

    private static void Push(ReplyWriter reply)
    {
        if (reply.Protocol < 3)
        {
            reply.Error("ERR RESP2 is not supported by this command"u8);
            return;
        }

        reply.Push(2);
        reply.Bulk("server-cpu-usage"u8);
        reply.Integer(42);
        reply.Bulk("Some real reply following the push reply"u8);
    }

    private static void Unknown(ReplyWriter reply) => reply.Error(
        "ERR Wrong protocol type name. Please use one of the following: "u8
        + "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false"u8);
}
