// Types of the global "redis" that scripts in JavaScript have. Made from COMMAND DOCS of a server by tests/Examples: do not edit.

declare namespace redis {
    /** An argument of a command: a string (a byte for each character), a number, or an array of bytes. */
    type Argument = string | number | number[];

    /** A status reply, such as OK. */
    interface Status { ok: string; }

    /** An error reply: what pcall returns, and what call throws. */
    interface ReplyError extends Error { err: string; code: string; }

    /** A reply of a command. The last three occur after setResp(3) only. */
    type Reply = null | number | string | Status | ReplyError | Reply[]
        | boolean | { set: Reply[] } | { [key: string]: Reply };

    /** What a function may return. Objects become maps. */
    type Result = undefined | null | boolean | number | string | Status | { err: string } | { set: Result[] } | { double: number }
        | { bigNumber: string } | { verbatim: { format: string; text: string } } | Result[] | { [key: string]: Result };

    type Flag = "no-writes" | "allow-oom" | "allow-stale" | "no-cluster" | "allow-cross-slot-keys";
    type Callback = (keys: string[], args: string[]) => Result;

    const LOG_DEBUG: number;
    const LOG_VERBOSE: number;
    const LOG_NOTICE: number;
    const LOG_WARNING: number;
    const REPL_NONE: number;
    const REPL_AOF: number;
    const REPL_REPLICA: number;
    const REPL_SLAVE: number;
    const REPL_ALL: number;
    const REDIS_VERSION: string;
    const REDIS_VERSION_NUM: number;

    /** Registers a function of this library. */
    function registerFunction(name: string, callback: Callback, flags?: Flag[]): void;
    function registerFunction(row: { name: string; callback: Callback; flags?: Flag[]; description?: string }): void;

    function log(level: number, ...texts: Argument[]): void;
    function setResp(version: 2 | 3): void;
    function setRepl(to: number): void;
    function sha1hex(bytes: Argument): string;
    function aclCheckCmd(command: string, ...args: Argument[]): boolean;
    function errorReply(text: string): { err: string };
    function statusReply(text: string): Status;

    /** The bytes of a string as numbers, and back. */
    function toBytes(text: string): number[];
    function fromBytes(bytes: number[]): string;

    /** From bytes to characters, and back: strings of commands are bytes. */
    function decodeUtf8(bytes: Argument): string;
    function encodeUtf8(text: string): string;

    /** Runs a command; a reply that is an error is returned. */
    function pcall(command: string, ...args: Argument[]): Reply;

    /** Container for commands about users and their rights. */
    function call(command: "acl", ...rest: Argument[]): Reply;

    /** Adds bytes to the end of a string; creates it when missing. */
    function call(command: "append", key_: Argument, value_: Argument): Reply;

    /** Authenticates the connection. */
    function call(command: "auth", ...rest: Argument[]): Reply;

    /** Rewrites the append-only file in the background, so that it holds the data set and nothing before it. */
    function call(command: "bgrewriteaof"): Reply;

    /** Writes the data set, as it is now, to disk in the background. */
    function call(command: "bgsave", ...rest: Argument[]): Reply;

    /** Counts the bits that are set, in a whole string or a part of it. */
    function call(command: "bitcount", key_: Argument, ...rest: Argument[]): Reply;

    /** Reads, sets and increments integers of any width inside a string. */
    function call(command: "bitfield", key_: Argument, ...rest: Argument[]): Reply;

    /** Reads integers of any width inside a string. */
    function call(command: "bitfield_ro", key_: Argument, ...rest: Argument[]): Reply;

    /** Combines strings bit by bit and stores the result. */
    function call(command: "bitop", ...rest: Argument[]): Reply;

    /** Finds the first bit that is set, or clear. */
    function call(command: "bitpos", key_: Argument, bit_: Argument, ...rest: Argument[]): Reply;

    /** Moves an element between two lists; waits for one. */
    function call(command: "blmove", source_: Argument, destination_: Argument, ...rest: Argument[]): Reply;

    /** Removes and returns elements of the first list that has any; waits for one. */
    function call(command: "blmpop", timeout_: Argument, numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Removes and returns the first element of the first list that has any; waits for one. */
    function call(command: "blpop", ...rest: Argument[]): Reply;

    /** Removes and returns the last element of the first list that has any; waits for one. */
    function call(command: "brpop", ...rest: Argument[]): Reply;

    /** Moves the last element of a list to the head of another; waits for one. */
    function call(command: "brpoplpush", source_: Argument, destination_: Argument, timeout_: Argument): Reply;

    /** Removes and returns members from an end of the first sorted set that has any; waits for one. */
    function call(command: "bzmpop", timeout_: Argument, numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Removes and returns the last member of the first sorted set that has one; waits for it. */
    function call(command: "bzpopmax", ...rest: Argument[]): Reply;

    /** Removes and returns the first member of the first sorted set that has one; waits for it. */
    function call(command: "bzpopmin", ...rest: Argument[]): Reply;

    /** Container for commands about client connections. */
    function call(command: "client", ...rest: Argument[]): Reply;

    /** Facts about every command. */
    function call(command: "command", ...rest: Argument[]): Reply;

    /** Container for commands about configuration. */
    function call(command: "config", ...rest: Argument[]): Reply;

    /** Copies the value of a key, with its time to live, to another key. */
    function call(command: "copy", source_: Argument, destination_: Argument, ...rest: Argument[]): Reply;

    /** Number of keys in the selected database. */
    function call(command: "dbsize"): Reply;

    /** For testing and debugging the server. */
    function call(command: "debug"): Reply;

    /** Subtracts one from an integer. */
    function call(command: "decr", key_: Argument): Reply;

    /** Subtracts a number from an integer. */
    function call(command: "decrby", key_: Argument, decrement_: Argument): Reply;

    /** Removes keys. */
    function call(command: "del", ...rest: Argument[]): Reply;

    /** Drops the commands queued since MULTI. */
    function call(command: "discard"): Reply;

    /** A key's value as bytes, for RESTORE. */
    function call(command: "dump", key_: Argument): Reply;

    /** Answers the argument. */
    function call(command: "echo", message_: Argument): Reply;

    /** Runs a script. */
    function call(command: "eval", script_: Argument, numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Runs a script that only reads. */
    function call(command: "eval_ro", script_: Argument, numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Runs a cached script, named by the SHA-1 of its text. */
    function call(command: "evalsha", sha1_: Argument, numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Runs a cached script that only reads. */
    function call(command: "evalsha_ro", sha1_: Argument, numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Runs all commands queued since MULTI, nobody else's in between. */
    function call(command: "exec"): Reply;

    /** Counts the keys that exist; a key named twice counts twice. */
    function call(command: "exists", ...rest: Argument[]): Reply;

    /** Sets after how many seconds a key expires. */
    function call(command: "expire", key_: Argument, seconds_: Argument, ...rest: Argument[]): Reply;

    /** Sets the Unix time, in seconds, at which a key expires. */
    function call(command: "expireat", key_: Argument, unix_time_seconds_: Argument, ...rest: Argument[]): Reply;

    /** Tells the Unix time, in seconds, at which a key expires. */
    function call(command: "expiretime", key_: Argument): Reply;

    /** Runs a function. */
    function call(command: "fcall", function_: Argument, numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Runs a function that only reads. */
    function call(command: "fcall_ro", function_: Argument, numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Removes all keys of all databases. */
    function call(command: "flushall", ...rest: Argument[]): Reply;

    /** Removes all keys of the selected database. */
    function call(command: "flushdb", ...rest: Argument[]): Reply;

    /** Libraries of functions. */
    function call(command: "function", ...rest: Argument[]): Reply;

    /** Adds members with their positions; creates the key when it is missing. */
    function call(command: "geoadd", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns the distance between two members. */
    function call(command: "geodist", key_: Argument, member1_: Argument, member2_: Argument, ...rest: Argument[]): Reply;

    /** Returns members' positions as geohashes. */
    function call(command: "geohash", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns members' positions. */
    function call(command: "geopos", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns or stores the members around a position. */
    function call(command: "georadius", key_: Argument, longitude_: Argument, latitude_: Argument, radius_: Argument, ...rest: Argument[]): Reply;

    /** Returns the members around a position. */
    function call(command: "georadius_ro", key_: Argument, longitude_: Argument, latitude_: Argument, radius_: Argument, ...rest: Argument[]): Reply;

    /** Returns or stores the members around another one. */
    function call(command: "georadiusbymember", key_: Argument, member_: Argument, radius_: Argument, ...rest: Argument[]): Reply;

    /** Returns the members around another one. */
    function call(command: "georadiusbymember_ro", key_: Argument, member_: Argument, radius_: Argument, ...rest: Argument[]): Reply;

    /** Returns the members inside a circle or a rectangle. */
    function call(command: "geosearch", key_: Argument, ...rest: Argument[]): Reply;

    /** Stores the members inside a circle or a rectangle. */
    function call(command: "geosearchstore", destination_: Argument, source_: Argument, ...rest: Argument[]): Reply;

    /** Returns a string. */
    function call(command: "get", key_: Argument): Reply;

    /** Returns one bit. */
    function call(command: "getbit", key_: Argument, offset_: Argument): Reply;

    /** Returns a string and deletes its key. */
    function call(command: "getdel", key_: Argument): Reply;

    /** Returns a string and sets or removes its time to live. */
    function call(command: "getex", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns a part of a string. */
    function call(command: "getrange", key_: Argument, start_: Argument, end_: Argument): Reply;

    /** Stores a string and returns the one before. */
    function call(command: "getset", key_: Argument, value_: Argument): Reply;

    /** Removes fields of a hash, and the hash with its last field. */
    function call(command: "hdel", key_: Argument, ...rest: Argument[]): Reply;

    /** Switches the protocol version, authenticates and names the connection, all optional; describes the server. */
    function call(command: "hello", ...rest: Argument[]): Reply;

    /** Tells whether a field exists. */
    function call(command: "hexists", key_: Argument, field_: Argument): Reply;

    /** Gives fields a time to live in seconds. */
    function call(command: "hexpire", key_: Argument, seconds_: Argument, ...rest: Argument[]): Reply;

    /** Gives fields a Unix time in seconds at which they go. */
    function call(command: "hexpireat", key_: Argument, unix_time_seconds_: Argument, ...rest: Argument[]): Reply;

    /** Returns the Unix time in seconds at which fields go. */
    function call(command: "hexpiretime", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns the value of a field. */
    function call(command: "hget", key_: Argument, field_: Argument): Reply;

    /** Returns all fields with their values. */
    function call(command: "hgetall", key_: Argument): Reply;

    /** Returns the values of fields and removes them. */
    function call(command: "hgetdel", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns the values of fields and sets or removes their times to live. */
    function call(command: "hgetex", key_: Argument, ...rest: Argument[]): Reply;

    /** Adds a number to an integer in a field. */
    function call(command: "hincrby", key_: Argument, field_: Argument, increment_: Argument): Reply;

    /** Adds a number with decimals to a number in a field. */
    function call(command: "hincrbyfloat", key_: Argument, field_: Argument, increment_: Argument): Reply;

    /** Returns all fields. */
    function call(command: "hkeys", key_: Argument): Reply;

    /** Returns the number of fields. */
    function call(command: "hlen", key_: Argument): Reply;

    /** Returns the values of several fields. */
    function call(command: "hmget", key_: Argument, ...rest: Argument[]): Reply;

    /** Sets fields of a hash. */
    function call(command: "hmset", key_: Argument, ...rest: Argument[]): Reply;

    /** Takes the times to live of fields away. */
    function call(command: "hpersist", key_: Argument, ...rest: Argument[]): Reply;

    /** Gives fields a time to live in milliseconds. */
    function call(command: "hpexpire", key_: Argument, milliseconds_: Argument, ...rest: Argument[]): Reply;

    /** Gives fields a Unix time in milliseconds at which they go. */
    function call(command: "hpexpireat", key_: Argument, unix_time_milliseconds_: Argument, ...rest: Argument[]): Reply;

    /** Returns the Unix time in milliseconds at which fields go. */
    function call(command: "hpexpiretime", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns how many milliseconds fields have left. */
    function call(command: "hpttl", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns fields chosen at random. */
    function call(command: "hrandfield", key_: Argument, ...rest: Argument[]): Reply;

    /** Walks over the fields of a hash in steps. */
    function call(command: "hscan", key_: Argument, cursor_: Argument, ...rest: Argument[]): Reply;

    /** Sets fields of a hash, which is created when missing. */
    function call(command: "hset", key_: Argument, ...rest: Argument[]): Reply;

    /** Sets fields of a hash, with conditions and a time to live. */
    function call(command: "hsetex", key_: Argument, ...rest: Argument[]): Reply;

    /** Sets a field of a hash when it does not exist. */
    function call(command: "hsetnx", key_: Argument, field_: Argument, value_: Argument): Reply;

    /** Returns the length of a field's value. */
    function call(command: "hstrlen", key_: Argument, field_: Argument): Reply;

    /** Returns how many seconds fields have left. */
    function call(command: "httl", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns the values of all fields. */
    function call(command: "hvals", key_: Argument): Reply;

    /** Adds one to an integer. */
    function call(command: "incr", key_: Argument): Reply;

    /** Adds a number to an integer. */
    function call(command: "incrby", key_: Argument, increment_: Argument): Reply;

    /** Adds a number with decimals to a number. */
    function call(command: "incrbyfloat", key_: Argument, increment_: Argument): Reply;

    /** Server information and statistics by section. */
    function call(command: "info", ...rest: Argument[]): Reply;

    /** Lists all keys that match a pattern. */
    function call(command: "keys", pattern_: Argument): Reply;

    /** The Unix time, in seconds, of the last save that went well. */
    function call(command: "lastsave"): Reply;

    /** Container for questions about what took long. */
    function call(command: "latency", ...rest: Argument[]): Reply;

    /** Finds the longest common subsequence of two strings. */
    function call(command: "lcs", key1_: Argument, key2_: Argument, ...rest: Argument[]): Reply;

    /** Returns the element at an index. */
    function call(command: "lindex", key_: Argument, index_: Argument): Reply;

    /** Inserts an element before or behind another. */
    function call(command: "linsert", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns the number of elements of a list. */
    function call(command: "llen", key_: Argument): Reply;

    /** Moves an element from an end of one list to an end of another. */
    function call(command: "lmove", source_: Argument, destination_: Argument, ...rest: Argument[]): Reply;

    /** Removes and returns elements of the first list that has any. */
    function call(command: "lmpop", numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Generative art and the server version. */
    function call(command: "lolwut", ...rest: Argument[]): Reply;

    /** Removes and returns the first elements of a list. */
    function call(command: "lpop", key_: Argument, ...rest: Argument[]): Reply;

    /** Finds the indexes at which an element stands. */
    function call(command: "lpos", key_: Argument, element_: Argument, ...rest: Argument[]): Reply;

    /** Puts elements before the first of a list; creates it when missing. */
    function call(command: "lpush", key_: Argument, ...rest: Argument[]): Reply;

    /** Puts elements before the first of a list that exists. */
    function call(command: "lpushx", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns the elements from one index to another. */
    function call(command: "lrange", key_: Argument, start_: Argument, stop_: Argument): Reply;

    /** Removes elements that equal a given one. */
    function call(command: "lrem", key_: Argument, count_: Argument, element_: Argument): Reply;

    /** Replaces the element at an index. */
    function call(command: "lset", key_: Argument, index_: Argument, element_: Argument): Reply;

    /** Keeps the elements from one index to another and removes the others. */
    function call(command: "ltrim", key_: Argument, start_: Argument, stop_: Argument): Reply;

    /** Container for commands about memory. */
    function call(command: "memory", ...rest: Argument[]): Reply;

    /** Returns the strings of several keys. */
    function call(command: "mget", ...rest: Argument[]): Reply;

    /** Moves or copies keys to another server. */
    function call(command: "migrate", host_: Argument, port_: Argument, ...rest: Argument[]): Reply;

    /** Container for commands about modules. */
    function call(command: "module", ...rest: Argument[]): Reply;

    /** Shows every command that the server executes, as it happens. */
    function call(command: "monitor"): Reply;

    /** Moves a key to another database. */
    function call(command: "move", key_: Argument, db_: Argument): Reply;

    /** Stores several strings. */
    function call(command: "mset", ...rest: Argument[]): Reply;

    /** Stores several strings, or none when one of the keys exists. */
    function call(command: "msetnx", ...rest: Argument[]): Reply;

    /** Begins a transaction: the commands that follow are queued. */
    function call(command: "multi"): Reply;

    /** Looks into the representation of values. */
    function call(command: "object", ...rest: Argument[]): Reply;

    /** Lets a key live without end. */
    function call(command: "persist", key_: Argument): Reply;

    /** Sets after how many milliseconds a key expires. */
    function call(command: "pexpire", key_: Argument, milliseconds_: Argument, ...rest: Argument[]): Reply;

    /** Sets the Unix time, in milliseconds, at which a key expires. */
    function call(command: "pexpireat", key_: Argument, unix_time_milliseconds_: Argument, ...rest: Argument[]): Reply;

    /** Tells the Unix time, in milliseconds, at which a key expires. */
    function call(command: "pexpiretime", key_: Argument): Reply;

    /** Adds elements; creates the key when it is missing. */
    function call(command: "pfadd", key_: Argument, ...rest: Argument[]): Reply;

    /** Estimates the number of different elements of one key, or of the union of several. */
    function call(command: "pfcount", ...rest: Argument[]): Reply;

    /** Shows or changes how a HyperLogLog is stored. */
    function call(command: "pfdebug", subcommand_: Argument, key_: Argument): Reply;

    /** Makes a key the union of itself and others. */
    function call(command: "pfmerge", destkey_: Argument, ...rest: Argument[]): Reply;

    /** Tests the implementation of HyperLogLogs. */
    function call(command: "pfselftest"): Reply;

    /** Answers PONG, or the argument. */
    function call(command: "ping", ...rest: Argument[]): Reply;

    /** Stores a string that expires after some milliseconds. */
    function call(command: "psetex", key_: Argument, milliseconds_: Argument, value_: Argument): Reply;

    /** Listens for messages published to channels that match patterns. */
    function call(command: "psubscribe", ...rest: Argument[]): Reply;

    /** Tells how many milliseconds a key has left to live. */
    function call(command: "pttl", key_: Argument): Reply;

    /** Sends a message to the subscribers of a channel. */
    function call(command: "publish", channel_: Argument, message_: Argument): Reply;

    /** Container for questions about subscriptions. */
    function call(command: "pubsub", ...rest: Argument[]): Reply;

    /** Stops listening to patterns, or to all of them. */
    function call(command: "punsubscribe", ...rest: Argument[]): Reply;

    /** Closes the connection after the replies before it. */
    function call(command: "quit"): Reply;

    /** Picks a key at random. */
    function call(command: "randomkey"): Reply;

    /** Gives a key another name, replacing what had it. */
    function call(command: "rename", key_: Argument, newkey_: Argument): Reply;

    /** Gives a key another name unless that name is taken. */
    function call(command: "renamenx", key_: Argument, newkey_: Argument): Reply;

    /** Puts the connection back into the state right after connecting. */
    function call(command: "reset"): Reply;

    /** Makes a key of a value that DUMP has given. */
    function call(command: "restore", key_: Argument, ttl_: Argument, serialized_value_: Argument, ...rest: Argument[]): Reply;

    /** RESTORE as a cluster's nodes send it to each other while a slot moves. */
    function call(command: "restore-asking", key_: Argument, ttl_: Argument, serialized_value_: Argument, ...rest: Argument[]): Reply;

    /** Removes and returns the last elements of a list. */
    function call(command: "rpop", key_: Argument, ...rest: Argument[]): Reply;

    /** Moves the last element of a list to the head of another. */
    function call(command: "rpoplpush", source_: Argument, destination_: Argument): Reply;

    /** Puts elements behind the last of a list; creates it when missing. */
    function call(command: "rpush", key_: Argument, ...rest: Argument[]): Reply;

    /** Puts elements behind the last of a list that exists. */
    function call(command: "rpushx", key_: Argument, ...rest: Argument[]): Reply;

    /** Adds members to a set; creates it when missing. */
    function call(command: "sadd", key_: Argument, ...rest: Argument[]): Reply;

    /** Writes the data set to disk while everybody waits. */
    function call(command: "save"): Reply;

    /** Walks over the keys, some at each call. */
    function call(command: "scan", cursor_: Argument, ...rest: Argument[]): Reply;

    /** Counts the members of a set. */
    function call(command: "scard", key_: Argument): Reply;

    /** The cache of scripts. */
    function call(command: "script", ...rest: Argument[]): Reply;

    /** Returns the members of a set that none of some others has. */
    function call(command: "sdiff", ...rest: Argument[]): Reply;

    /** Stores the members of a set that none of some others has. */
    function call(command: "sdiffstore", destination_: Argument, ...rest: Argument[]): Reply;

    /** Selects the database for the commands that follow. */
    function call(command: "select", index_: Argument): Reply;

    /** Stores a string, whatever the key held before. */
    function call(command: "set", key_: Argument, value_: Argument, ...rest: Argument[]): Reply;

    /** Sets or clears one bit and returns what it was; creates or extends the string where needed. */
    function call(command: "setbit", key_: Argument, offset_: Argument, value_: Argument): Reply;

    /** Stores a string that expires after some seconds. */
    function call(command: "setex", key_: Argument, seconds_: Argument, value_: Argument): Reply;

    /** Stores a string when the key does not exist. */
    function call(command: "setnx", key_: Argument, value_: Argument): Reply;

    /** Overwrites a part of a string; creates or extends it where needed. */
    function call(command: "setrange", key_: Argument, offset_: Argument, value_: Argument): Reply;

    /** Stops the server, saving when asked or configured. */
    function call(command: "shutdown", ...rest: Argument[]): Reply;

    /** Returns the members that all of some sets have. */
    function call(command: "sinter", ...rest: Argument[]): Reply;

    /** Counts the members that all of some sets have. */
    function call(command: "sintercard", numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Stores the members that all of some sets have. */
    function call(command: "sinterstore", destination_: Argument, ...rest: Argument[]): Reply;

    /** Tells whether a set has a member. */
    function call(command: "sismember", key_: Argument, member_: Argument): Reply;

    /** Container for commands about the log of slow commands. */
    function call(command: "slowlog", ...rest: Argument[]): Reply;

    /** Returns all members of a set. */
    function call(command: "smembers", key_: Argument): Reply;

    /** Tells of several members whether a set has them. */
    function call(command: "smismember", key_: Argument, ...rest: Argument[]): Reply;

    /** Moves a member from one set to another. */
    function call(command: "smove", source_: Argument, destination_: Argument, member_: Argument): Reply;

    /** Sorts the elements of a list, set or sorted set and replies or stores them. */
    function call(command: "sort", key_: Argument, ...rest: Argument[]): Reply;

    /** Sorts the elements of a list, set or sorted set and replies them. */
    function call(command: "sort_ro", key_: Argument, ...rest: Argument[]): Reply;

    /** Removes members chosen at random and returns them; deletes the set when it becomes empty. */
    function call(command: "spop", key_: Argument, ...rest: Argument[]): Reply;

    /** Sends a message to the subscribers of a shard channel. */
    function call(command: "spublish", shardchannel_: Argument, message_: Argument): Reply;

    /** Returns members chosen at random. */
    function call(command: "srandmember", key_: Argument, ...rest: Argument[]): Reply;

    /** Removes members from a set; deletes it when it becomes empty. */
    function call(command: "srem", key_: Argument, ...rest: Argument[]): Reply;

    /** Goes through the members of a set by pieces. */
    function call(command: "sscan", key_: Argument, cursor_: Argument, ...rest: Argument[]): Reply;

    /** Listens for messages published to shard channels. */
    function call(command: "ssubscribe", ...rest: Argument[]): Reply;

    /** Returns the length of a string. */
    function call(command: "strlen", key_: Argument): Reply;

    /** Listens for messages published to channels. */
    function call(command: "subscribe", ...rest: Argument[]): Reply;

    /** Returns a part of a string. */
    function call(command: "substr", key_: Argument, start_: Argument, end_: Argument): Reply;

    /** Returns the members that any of some sets has. */
    function call(command: "sunion", ...rest: Argument[]): Reply;

    /** Stores the members that any of some sets has. */
    function call(command: "sunionstore", destination_: Argument, ...rest: Argument[]): Reply;

    /** Stops listening to shard channels, or to all of them. */
    function call(command: "sunsubscribe", ...rest: Argument[]): Reply;

    /** Exchanges the contents of two databases. */
    function call(command: "swapdb", index1_: Argument, index2_: Argument): Reply;

    /** The server's clock: seconds and microseconds. */
    function call(command: "time"): Reply;

    /** Refreshes the access time of keys and counts those that exist. */
    function call(command: "touch", ...rest: Argument[]): Reply;

    /** Tells how many seconds a key has left to live. */
    function call(command: "ttl", key_: Argument): Reply;

    /** Names the type of the value of a key. */
    function call(command: "type", key_: Argument): Reply;

    /** Removes keys at once and frees large values later, by pieces. */
    function call(command: "unlink", ...rest: Argument[]): Reply;

    /** Stops listening to channels, or to all of them. */
    function call(command: "unsubscribe", ...rest: Argument[]): Reply;

    /** Forgets all watched keys. */
    function call(command: "unwatch"): Reply;

    /** Waits until replicas have acknowledged the writes of this connection. */
    function call(command: "wait", numreplicas_: Argument, timeout_: Argument): Reply;

    /** Waits until what was written is durable in the append-only file, here and on replicas. */
    function call(command: "waitaof", numlocal_: Argument, numreplicas_: Argument, timeout_: Argument): Reply;

    /** Lets the next EXEC fail when one of the keys changes before it. */
    function call(command: "watch", ...rest: Argument[]): Reply;

    /** Takes entries out of those that are pending for a group, and counts them. */
    function call(command: "xack", key_: Argument, group_: Argument, ...rest: Argument[]): Reply;

    /** Adds an entry to a stream; creates it when missing. */
    function call(command: "xadd", key_: Argument, ...rest: Argument[]): Reply;

    /** Gives entries that are pending for long to another consumer, from an id on. */
    function call(command: "xautoclaim", key_: Argument, group_: Argument, consumer_: Argument, min_idle_time_: Argument, start_: Argument, ...rest: Argument[]): Reply;

    /** Gives pending entries to another consumer. */
    function call(command: "xclaim", key_: Argument, group_: Argument, consumer_: Argument, min_idle_time_: Argument, ...rest: Argument[]): Reply;

    /** Removes entries by id and counts those that were there. */
    function call(command: "xdel", key_: Argument, ...rest: Argument[]): Reply;

    /** Consumer groups of a stream. */
    function call(command: "xgroup", ...rest: Argument[]): Reply;

    /** Facts about a stream, its groups and their consumers. */
    function call(command: "xinfo", ...rest: Argument[]): Reply;

    /** Counts the entries of a stream. */
    function call(command: "xlen", key_: Argument): Reply;

    /** Shows what is pending for a group: a summary, or entry by entry. */
    function call(command: "xpending", key_: Argument, group_: Argument, ...rest: Argument[]): Reply;

    /** Returns the entries between two ids. */
    function call(command: "xrange", key_: Argument, start_: Argument, end_: Argument, ...rest: Argument[]): Reply;

    /** Returns entries of several streams after an id each, and may wait for them. */
    function call(command: "xread", ...rest: Argument[]): Reply;

    /** Returns new entries to a consumer of a group, or its pending ones, and may wait for them. */
    function call(command: "xreadgroup", ...rest: Argument[]): Reply;

    /** Returns the entries between two ids, the last one first. */
    function call(command: "xrevrange", key_: Argument, end_: Argument, start_: Argument, ...rest: Argument[]): Reply;

    /** Sets the last id of a stream, as replicas and files need it. */
    function call(command: "xsetid", key_: Argument, last_id_: Argument, ...rest: Argument[]): Reply;

    /** Removes entries from the beginning of a stream. */
    function call(command: "xtrim", key_: Argument, ...rest: Argument[]): Reply;

    /** Adds members with their scores, or changes the scores of those that are there. */
    function call(command: "zadd", key_: Argument, ...rest: Argument[]): Reply;

    /** Counts the members. */
    function call(command: "zcard", key_: Argument): Reply;

    /** Counts the members whose scores are within a range. */
    function call(command: "zcount", key_: Argument, min_: Argument, max_: Argument): Reply;

    /** Returns the members of the first sorted set that no other has. */
    function call(command: "zdiff", numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Stores the members of the first sorted set that no other has. */
    function call(command: "zdiffstore", destination_: Argument, numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Adds to a member's score. */
    function call(command: "zincrby", key_: Argument, increment_: Argument, member_: Argument): Reply;

    /** Returns the members that several sorted sets have in common. */
    function call(command: "zinter", numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Counts the members that several sorted sets have in common. */
    function call(command: "zintercard", numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Stores the members that several sorted sets have in common. */
    function call(command: "zinterstore", destination_: Argument, numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Counts the members within a range of texts. */
    function call(command: "zlexcount", key_: Argument, min_: Argument, max_: Argument): Reply;

    /** Removes and returns members from an end of the first sorted set that has any. */
    function call(command: "zmpop", numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Returns the scores of several members. */
    function call(command: "zmscore", key_: Argument, ...rest: Argument[]): Reply;

    /** Removes and returns the members with the highest scores. */
    function call(command: "zpopmax", key_: Argument, ...rest: Argument[]): Reply;

    /** Removes and returns the members with the lowest scores. */
    function call(command: "zpopmin", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns members chosen at random. */
    function call(command: "zrandmember", key_: Argument, ...rest: Argument[]): Reply;

    /** Returns the members within a range of ranks, scores or texts. */
    function call(command: "zrange", key_: Argument, start_: Argument, stop_: Argument, ...rest: Argument[]): Reply;

    /** Returns the members within a range of texts. */
    function call(command: "zrangebylex", key_: Argument, min_: Argument, max_: Argument, ...rest: Argument[]): Reply;

    /** Returns the members whose scores are within a range. */
    function call(command: "zrangebyscore", key_: Argument, min_: Argument, max_: Argument, ...rest: Argument[]): Reply;

    /** Stores the members within a range under another key. */
    function call(command: "zrangestore", dst_: Argument, src_: Argument, min_: Argument, max_: Argument, ...rest: Argument[]): Reply;

    /** Returns how many members come before one. */
    function call(command: "zrank", key_: Argument, member_: Argument, ...rest: Argument[]): Reply;

    /** Removes members; an empty sorted set is deleted. */
    function call(command: "zrem", key_: Argument, ...rest: Argument[]): Reply;

    /** Removes the members that are within a range of texts. */
    function call(command: "zremrangebylex", key_: Argument, min_: Argument, max_: Argument): Reply;

    /** Removes the members between two ranks. */
    function call(command: "zremrangebyrank", key_: Argument, start_: Argument, stop_: Argument): Reply;

    /** Removes the members whose scores are within a range. */
    function call(command: "zremrangebyscore", key_: Argument, min_: Argument, max_: Argument): Reply;

    /** Returns the members between two ranks, from the last on. */
    function call(command: "zrevrange", key_: Argument, start_: Argument, stop_: Argument, ...rest: Argument[]): Reply;

    /** Returns the members within a range of texts, from the last on. */
    function call(command: "zrevrangebylex", key_: Argument, max_: Argument, min_: Argument, ...rest: Argument[]): Reply;

    /** Returns the members whose scores are within a range, from the greatest on. */
    function call(command: "zrevrangebyscore", key_: Argument, max_: Argument, min_: Argument, ...rest: Argument[]): Reply;

    /** Returns how many members come behind one. */
    function call(command: "zrevrank", key_: Argument, member_: Argument, ...rest: Argument[]): Reply;

    /** Walks over members and scores by cursor. */
    function call(command: "zscan", key_: Argument, cursor_: Argument, ...rest: Argument[]): Reply;

    /** Returns a member's score. */
    function call(command: "zscore", key_: Argument, member_: Argument): Reply;

    /** Returns the members of any of several sorted sets. */
    function call(command: "zunion", numkeys_: Argument, ...rest: Argument[]): Reply;

    /** Stores the members of any of several sorted sets. */
    function call(command: "zunionstore", destination_: Argument, numkeys_: Argument, ...rest: Argument[]): Reply;

    /** A command that this file does not know. A reply that is an error is thrown. */
    function call(command: string, ...args: Argument[]): Reply;
}
