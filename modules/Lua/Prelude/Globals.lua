-- Puts the globals together: what scripts see is a proxy of them that nothing can be written to.
local base, libraries, isFunctions = ...
local raw, protect, single, rawerror = base.raw, base.protect, base.single, base.error
local type, rawsetmeta = type, base.rawsetmeta

local function raise(f)
  return function(...)
    local r, e = f(...)
    if e ~= nil then rawerror(e, 0) end
    return r
  end
end

local redis = {
  call = raise(raw.call), pcall = raw.pcall, error_reply = raw.error_reply, status_reply = raw.status_reply, log = raise(raw.log),
  sha1hex = raise(raw.sha1hex), setresp = raise(raw.setresp), set_repl = raise(raw.set_repl), acl_check_cmd = raise(raw.acl_check_cmd),
  LOG_DEBUG = 0.0, LOG_VERBOSE = 1.0, LOG_NOTICE = 2.0, LOG_WARNING = 3.0,
  REPL_NONE = 0.0, REPL_AOF = 1.0, REPL_SLAVE = 2.0, REPL_REPLICA = 2.0, REPL_ALL = 3.0,
  REDIS_VERSION = raw.version, REDIS_VERSION_NUM = raw.version_number,
}
if not isFunctions then
  redis.breakpoint = function() return false end
  redis.debug = function() end
  redis.replicate_commands = function() return true end
end

local G = {}
for _, k in ipairs({ "assert", "collectgarbage", "error", "gcinfo", "getmetatable", "ipairs", "load", "loadstring", "next", "pairs",
  "pcall", "rawequal", "rawget", "rawset", "select", "setmetatable", "tonumber", "tostring", "type", "unpack", "xpcall" }) do
  G[k] = _G[k]
end
G._VERSION = "Lua 5.1"

local function missing(_, k)
  if type(k) == "number" then k = base.text(k) end
  if type(k) ~= "string" then rawerror("Second argument to luaProtectedTableError must be a string or number", 2) end
  rawerror("Script attempted to access nonexistent global variable '" .. k .. "'", 2)
end

for k, v in pairs(libraries) do G[k] = protect(v) end
local sp = G.string
base.stringmeta.__index = sp
G.redis = protect(redis)
if not isFunctions then G.__redis__err__handler = base.handler end

local errors = { __index = missing }
rawsetmeta(G, errors)
local env = protect(G, protect(errors))
G._G = env

-- While a library is loaded it sees its own, smaller globals, through the same proxy.
local L
if isFunctions then
  local R = { register_function = raise(raw.register_function), log = redis.log,
    LOG_DEBUG = 0.0, LOG_VERBOSE = 1.0, LOG_NOTICE = 2.0, LOG_WARNING = 3.0,
    REDIS_VERSION = raw.version, REDIS_VERSION_NUM = raw.version_number }
  rawsetmeta(R, { __index = missing })
  L = rawsetmeta({ redis = protect(R) }, { __index = missing })
end

return env, G, base.handler, base.rawgetmeta(env), L
