-- Turns the globals of Lua 5.4 into those of Lua 5.1 as redis-server has them. Numbers are floats everywhere; where one becomes text it
-- is written with %.14g, without the ".0" of 5.4. Loaded without line information: positions in error texts are those of the caller.
local raw = ...
local rawtype, rawtostring, rawtonumber, rawpairs, rawipairs, rawnext = type, tostring, tonumber, pairs, ipairs, next
local rawseti, rawgeti, rawsetmeta, rawgetmeta, rawerror, rawselect = rawset, rawget, setmetatable, getmetatable, error, select
local rawpcall, isstopping = pcall, raw.is_stopping
local rawxpcall, getinfo, setvaluemeta, debugmeta = xpcall, debug.getinfo, debug.setmetatable, debug.getmetatable
local str, tab, math4, co = string, table, math, coroutine
local find, gsub, format = str.find, str.gsub, str.format
local exact = math4.mininteger

-- Text of a number. Integral floats below 10^14 take the short way over integers.
local function text(n)
  if n // 1.0 == n and n < 1e14 and n > -1e14 and (n ~= 0.0 or 1.0 / n > 0.0) then return format("%d", n) end
  return format("%.14g", n)
end

local function operand(v)
  if v // 1.0 == v and v < 1e14 and v > -1e14 and (v ~= 0.0 or 1.0 / v > 0.0) then return v | 0 end
  return format("%.14g", v)
end

local function itself(v) return v end

-- A missing argument cannot be told from nil here: the first is taken for nil, a later one for missing.
local function name(v, i)
  return v == nil and i > 1 and "no value" or rawtype(v)
end

local function badarg(i, fname, wanted, v)
  rawerror("bad argument #" .. i .. " to '" .. fname .. "' (" .. wanted .. " expected, got " .. name(v, i) .. ")", 3)
end

-- A string argument; numbers turn into text.
local function asstring(v, i, fname)
  if rawtype(v) == "string" then return v end
  if rawtype(v) == "number" then return text(v) end
  rawerror("bad argument #" .. i .. " to '" .. fname .. "' (string expected, got " .. name(v, i) .. ")", 3)
end

-- An integer argument: fractions are cut off, as 5.1 does.
local function asinteger(v, i, fname)
  local n = rawtonumber(v)
  if n == nil or rawtype(v) == "boolean" then
    rawerror("bad argument #" .. i .. " to '" .. fname .. "' (number expected, got " .. name(v, i) .. ")", 3)
  end
  if n ~= n then return exact end
  if n >= 9.2233720368547e18 or n <= -9.2233720368547e18 then return exact end
  if n >= 0 then return n // 1 | 0 end
  return -(-n // 1 | 0)
end

local function asnumber(v, i, fname)
  if rawtype(v) == "number" then return v end
  local n = rawtype(v) == "string" and rawtonumber(v)
  if n then return n + 0.0 end
  rawerror("bad argument #" .. i .. " to '" .. fname .. "' (number expected, got " .. name(v, i) .. ")", 3)
end

-- Error texts of 5.4 in the words of 5.1; and the caller's position for errors of library functions that were called from here.
local function reword(e)
  if find(e, "attempt to ", 1, true) then
    -- Operands of concatenations: no other operation on bits comes out of the translation.
    e = gsub(e, "attempt to perform bitwise operation on", "attempt to concatenate")
    e = gsub(e, "attempt to ([%a ]-) an? (%a+) value %((%a+) '(.-)'%)", "attempt to %1 %3 '%4' (a %2 value)")
    local first, second = str.match(e, "attempt to %a+ a '(%a+)' with a '(%a+)'")
    if first then
      e = gsub(e, "attempt to .*", "attempt to perform arithmetic on a " .. (first ~= "string" and first ~= "number" and first
        or second ~= "string" and second ~= "number" and second or "string") .. " value")
    end
  elseif find(e, "invalid capture index", 1, true) then
    e = gsub(e, "(invalid capture index) .*", "%1")
  elseif find(e, "bad 'for' ", 1, true) then
    e = gsub(e, "bad 'for' ([%a ]+) %(number expected, got %a+%)", "'for' %1 must be a number")
  end
  return e
end

local PRELUDE = "=?"

local function position(level)
  local i = getinfo(level + 1, "Sl")
  while i and i.source == PRELUDE do
    level = level + 1
    i = getinfo(level + 1, "Sl")
  end
  return i
end

local function mend(e, base)
  if rawtype(e) ~= "string" then return e end
  e = reword(e)
  base = base or 2
  local i = getinfo(base, "Sf")
  if i and i.what == "C" and i.func ~= rawerror then
    local j = getinfo(base + 1, "S")
    if j and j.source == PRELUDE then
      local k = position(base + 1)
      if k and k.what ~= "C" and k.currentline > 0 then e = k.short_src .. ":" .. rawtostring(k.currentline) .. ": " .. e end
    end
  end
  return e
end

-- The message handler of a run: what ended it, and where.
local function handler(e)
  e = mend(e, 3)
  local level = 2
  local i = getinfo(level, "Sl")
  if i and i.what == "C" then
    level = level + 1
    i = getinfo(level, "Sl")
  end
  while i and i.source == PRELUDE do
    level = level + 1
    i = getinfo(level, "Sl")
  end
  if rawtype(e) ~= "table" then e = { err = "ERR " .. tostring(e) } end
  if i then
    e.source = i.source
    e.line = i.currentline
  end
  return e
end

function tostring(...)
  local v = ...
  if rawtype(v) == "number" then return text(v) end
  if v == nil and rawselect("#", ...) == 0 then rawerror("bad argument #1 to 'tostring' (value expected)", 2) end
  return rawtostring(v)
end
local tostring = tostring

function tonumber(v, base)
  if base == nil or base == 10.0 then
    local t = rawtype(v)
    if t == "number" then return v end
    if t ~= "string" then return nil end
    local n = rawtonumber(v)
    if n then return n + 0.0 end
    local sign, word = str.match(str.lower(v), "^%s*([-+]?)(%a+)%s*$")
    if word == "inf" or word == "infinity" then return sign == "-" and -math4.huge or math4.huge end
    if word == "nan" then return sign == "-" and 0.0 / 0.0 or -(0.0 / 0.0) end
    return nil
  end
  local b = asinteger(base, 2, "tonumber")
  if b < 2 or b > 36 then rawerror("bad argument #2 to 'tonumber' (base out of range)", 2) end
  local s = asstring(v, 1, "tonumber")
  local n = rawtonumber(s, b)
  if n == nil and b == 16 then n = rawtonumber((gsub(s, "^(%s*)0[xX]", "%1")), b) end
  return n and n + 0.0
end

function error(message, level)
  if rawtype(message) == "number" then message = text(message) end
  level = level == nil and 1 or asinteger(level, 2, "error")
  if level > 0 then level = level + 1 end
  rawerror(message, level)
end

function assert(v, ...)
  if v then return v, ... end
  local message = ...
  if message == nil then message = "assertion failed!" end
  if rawtype(message) == "number" then message = text(message) end
  if rawtype(message) ~= "string" then
    rawerror("bad argument #2 to 'assert' (string expected, got " .. rawtype(message) .. ")", 2)
  end
  rawerror(message, 2)
end

local function caught(ok, ...)
  if ok then return true, ... end
  local e = ...
  if rawtype(e) == "table" then
    local message = e.err
    if rawtype(message) == "string" or rawtype(message) == "number" then e = message end
  end
  return false, e
end

function pcall(f, ...)
  if rawtype(f) ~= "function" and not (rawtype(f) == "table" and rawgetmeta(f)) then
    return false, "attempt to call a " .. rawtype(f) .. " value"
  end
  return caught(rawxpcall(f, mend, ...))
end

function xpcall(f, h)
  return rawxpcall(f, function(e)
    -- An error out of a hook comes here with hooks switched off: what ends the script must not begin something without an end.
    if isstopping() then return e end
    return h(mend(e))
  end)
end

function load(f, chunk)
  if rawtype(f) ~= "function" then badarg(1, "load", "function", f) end
  local parts, n = {}, 0
  while true do
    local part = f()
    if part == nil or part == "" then break end
    if rawtype(part) == "number" then part = text(part) end
    if rawtype(part) ~= "string" then return nil, "reader function must return a string" end
    n = n + 1
    parts[n] = part
  end
  return raw.compile(tab.concat(parts), chunk or "=(load)")
end

function loadstring(s, chunk)
  s = asstring(s, 1, "loadstring")
  return raw.compile(s, chunk and asstring(chunk, 2, "loadstring") or s)
end

function unpack(t, i, j)
  if rawtype(t) ~= "table" then badarg(1, "unpack", "table", t) end
  if i and i // 1.0 ~= i then i = asinteger(i, 2, "unpack") end
  if j and j // 1.0 ~= j then j = asinteger(j, 3, "unpack") end
  return tab.unpack(t, i, j)
end
local rawunpack = tab.unpack

function gcinfo() return collectgarbage("count") // 1.0 end

-- Tables that are not to be changed are empty ones in front of the real ones. What looks past metamethods knows them.
local real = {}
local shown = {}

local function readonly() rawerror("Attempt to modify a readonly table", 2) end

local function protect(t, meta)
  local proxy = {}
  real[proxy] = t
  shown[proxy] = meta or false
  return rawsetmeta(proxy, { __index = t, __newindex = readonly })
end

function rawget(t, k)
  if rawtype(t) ~= "table" then badarg(1, "rawget", "table", t) end
  return rawgeti(real[t] or t, k)
end

function rawset(t, k, v)
  if real[t] then rawerror("Attempt to modify a readonly table", 0) end
  if rawtype(t) ~= "table" then badarg(1, "rawset", "table", t) end
  return rawseti(t, k, v)
end

function next(t, k)
  if rawtype(t) ~= "table" then badarg(1, "next", "table", t) end
  return rawnext(real[t] or t, k)
end

function pairs(t)
  if rawtype(t) ~= "table" then badarg(1, "pairs", "table", t) end
  return rawnext, real[t] or t, nil
end

function ipairs(t)
  if rawtype(t) ~= "table" then badarg(1, "ipairs", "table", t) end
  return rawipairs(real[t] or t)
end

local stringmeta = {}
local stringproxy = protect(stringmeta)

function getmetatable(v)
  local t = rawtype(v)
  if t == "table" then
    local meta = shown[v]
    if meta ~= nil then return meta or nil end
    return rawgetmeta(v)
  elseif t == "string" then
    return stringproxy
  elseif t == "number" then
    return nil
  end
  return rawgetmeta(v)
end

function setmetatable(t, meta)
  if real[t] then rawerror("Attempt to modify a readonly table", 0) end
  if rawtype(t) ~= "table" then badarg(1, "setmetatable", "table", t) end
  if meta ~= nil and rawtype(meta) ~= "table" then
    rawerror("bad argument #2 to 'setmetatable' (nil or table expected)", 2)
  end
  local old = debugmeta(t)
  if old and rawgeti(old, "__metatable") ~= nil then rawerror("cannot change a protected metatable", 2) end
  if meta then
    -- An operand of a concatenation passes through this one first.
    if rawgeti(meta, "__concat") ~= nil then rawseti(meta, "__shl", itself) end
    -- A finaliser would run at any time, uninterruptible; 5.1 has none for tables.
    local gc = rawgeti(meta, "__gc")
    if gc ~= nil then
      rawseti(meta, "__gc", nil)
      rawsetmeta(t, meta)
      rawseti(meta, "__gc", gc)
      return t
    end
  end
  return rawsetmeta(t, meta)
end

-- Callbacks answer nil and an error, which is raised here: with the caller's position, or as it is.
local function single(f)
  return function(...)
    local r, e = f(...)
    if e ~= nil then rawerror(e, 2) end
    return r
  end
end

local function spread(ok, ...)
  if not ok then rawerror(..., 2) end
  return ...
end

local function several(f)
  return function(...) return spread(f(...)) end
end

return {
  raw = raw, text = text, operand = operand, asstring = asstring, asinteger = asinteger, asnumber = asnumber, badarg = badarg,
  reword = reword, handler = handler, protect = protect, real = real, shown = shown, readonly = readonly, single = single,
  several = several, rawpcall = rawpcall, stringmeta = stringmeta, error = rawerror, mend = mend, rawset = rawseti, rawget = rawgeti, rawsetmeta = rawsetmeta,
  rawgetmeta = rawgetmeta, setvaluemeta = setvaluemeta, unpack = rawunpack,
}
