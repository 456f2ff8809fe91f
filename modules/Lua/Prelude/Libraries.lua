-- The string, table, math and coroutine libraries of 5.1 over those of 5.4.
local base = ...
local raw, text, asstring, asinteger, asnumber, badarg = base.raw, base.text, base.asstring, base.asinteger, base.asnumber, base.badarg
local single, several, rawerror, protect = base.single, base.several, base.error, base.protect
local type, select, rawget, rawpcall = type, select, rawget, base.rawpcall
local str, tab, math4, co = string, table, math, coroutine
local rsub, rbyte, rrep, rfind, rmatch, rgmatch, rgsub = str.sub, str.byte, str.rep, str.find, str.match, str.gmatch, str.gsub
local rlower, rupper, rreverse = str.lower, str.upper, str.reverse

local S = {}

function S.len(s)
  if type(s) ~= "string" then s = asstring(s, 1, "len") end
  return #s
end

function S.sub(s, i, j)
  if type(s) ~= "string" then s = asstring(s, 1, "sub") end
  if type(i) ~= "number" or i // 1.0 ~= i then i = asinteger(i, 2, "sub") end
  if j and (type(j) ~= "number" or j // 1.0 ~= j) then j = asinteger(j, 3, "sub") end
  return rsub(s, i, j)
end

function S.byte(s, i, j)
  if type(s) ~= "string" then s = asstring(s, 1, "byte") end
  if i and i // 1.0 ~= i then i = asinteger(i, 2, "byte") end
  if j and j // 1.0 ~= j then j = asinteger(j, 3, "byte") end
  return rbyte(s, i, j)
end

S.char = single(raw.char)

function S.rep(s, n)
  if type(s) ~= "string" then s = asstring(s, 1, "rep") end
  if type(n) ~= "number" or n // 1.0 ~= n then n = asinteger(n, 2, "rep") end
  if n * #s > 2147483647 then rawerror("resulting string too large", 2) end
  return rrep(s, n)
end

function S.lower(s)
  if type(s) ~= "string" then s = asstring(s, 1, "lower") end
  return rlower(s)
end

function S.upper(s)
  if type(s) ~= "string" then s = asstring(s, 1, "upper") end
  return rupper(s)
end

function S.reverse(s)
  if type(s) ~= "string" then s = asstring(s, 1, "reverse") end
  return rreverse(s)
end

-- The library's matcher cannot be interrupted. A pattern that may take more than some ten milliseconds goes to one that can: the steps grow
-- with the text's length to the power of the repetitions.
local pfind, pmatch, pstep = raw.pattern_find, raw.pattern_match, raw.pattern_step
local longest = { 4096, 512, 128, 24, 24, 24 }

-- A function of a pattern that keeps its answers for short patterns.
local function remembering(f)
  local answers, known = {}, 0
  return function(p)
    local a = answers[p]
    if a == nil then
      a = f(p)
      if #p <= 256 then
        if known >= 1000 then answers, known = {}, 0 end
        answers[p] = a
        known = known + 1
      end
    end
    return a
  end
end

local repetitions = remembering(function(p)
  local _, n = rgsub(p, "[*+?-]", "")
  local _, m = rgsub(p, "%%b", "")
  return n + m
end)

local function isrisky(s, p)
  local k = repetitions(p)
  return k > 0 and #s > (longest[k] or 0)
end

-- 5.1 finds an empty match right behind a match that is not empty, 5.4 does not: gsub and gmatch of what may be empty go the other way too.
local maybeempty = remembering(function(p)
  local ok, first = rawpcall(rfind, "", p)
  return ok and first ~= nil or rfind(p, "%f", 1, true) ~= nil
end)

local function found(ok, ...)
  if not ok then rawerror(..., 2) end
  if select("#", ...) == 0 then return nil end
  return ...
end

function S.find(s, p, init, plain)
  if type(s) ~= "string" then s = asstring(s, 1, "find") end
  if type(p) ~= "string" then p = asstring(p, 2, "find") end
  if init then
    if init // 1.0 ~= init then init = asinteger(init, 3, "find") end
    if init > #s then init = #s + 1 end
  end
  if isrisky(s, p) and not plain then return found(pfind(s, p, init)) end
  return rfind(s, p, init, plain)
end

function S.match(s, p, init)
  if type(s) ~= "string" then s = asstring(s, 1, "match") end
  if type(p) ~= "string" then p = asstring(p, 2, "match") end
  if init then
    if init // 1.0 ~= init then init = asinteger(init, 3, "match") end
    if init > #s then init = #s + 1 end
  end
  if isrisky(s, p) then return found(pmatch(s, p, init)) end
  return rmatch(s, p, init)
end

function S.gmatch(s, p)
  if type(s) ~= "string" then s = asstring(s, 1, "gmatch") end
  if type(p) ~= "string" then p = asstring(p, 2, "gmatch") end
  if rsub(p, 1, 1) == "^" then p = "%" .. p end
  if not isrisky(s, p) and not maybeempty(p) then return rgmatch(s, p) end
  local from = 1
  local function step(ok, first, last, ...)
    if not ok then rawerror(first, 2) end
    if not first then
      from = #s + 2
      return nil
    end
    from = last + 1
    if last < first then from = first + 1 end
    return ...
  end
  return function()
    if from > #s + 1 then return nil end
    return step(pstep(s, p, from))
  end
end

local function expand(r, whole, ...)
  local captures = { ... }
  return (rgsub(r, "%%(.)", function(c)
    if c == "%" then return "%" end
    if c == "0" then return whole end
    local v = captures[tonumber(c) | 0]
    if v == nil then rawerror("invalid capture index", 4) end
    if type(v) == "number" then return text(v) end
    return v
  end))
end

-- gsub over the matcher that can be interrupted; the replacement is a function or a string.
local function slowgsub(s, p, r, n)
  local parts, count, from, made = {}, 0, 1, 0
  local anchored = rsub(p, 1, 1) == "^"
  local function step(ok, first, last, ...)
    if not ok then rawerror(first, 3) end
    if not first then return false end
    local whole = rsub(s, first, last)
    local v
    if type(r) == "string" then v = expand(r, whole, ...) else v = r(...) end
    if not v then
      v = whole
    elseif type(v) ~= "string" then
      rawerror("invalid replacement value (a " .. type(v) .. ")", 3)
    end
    count = count + 1
    parts[#parts + 1] = rsub(s, from, first - 1)
    parts[#parts + 1] = v
    from = last + 1
    if last < first then
      parts[#parts + 1] = rsub(s, first, first)
      from = first + 1
    end
    return true
  end
  while (not n or count < n) and from <= #s + 1 do
    if not step(pstep(s, p, from)) or anchored then break end
  end
  parts[#parts + 1] = rsub(s, from)
  return tab.concat(parts), count
end

local function replacement(v)
  if type(v) == "number" then return text(v) end
  return v
end

function S.gsub(s, p, r, n)
  if type(s) ~= "string" then s = asstring(s, 1, "gsub") end
  if type(p) ~= "string" then p = asstring(p, 2, "gsub") end
  local t = type(r)
  if t == "function" then
    local f = r
    r = function(...) return replacement((f(...))) end
  elseif t == "table" then
    local map = r
    r = function(k) return replacement(map[k]) end
  elseif t == "number" then
    r = text(r)
  elseif t ~= "string" then
    rawerror("bad argument #3 to 'gsub' (string/function/table expected)", 2)
  elseif rfind(r, "%", 1, true) and rfind(r, "%%[^%d%%]") then
    r = rgsub(r, "%%(.)", function(c) if rfind(c, "[%d%%]") then return "%" .. c end return c end)
  end
  if n and n // 1.0 ~= n then n = asinteger(n, 4, "gsub") end
  if n and n < 1 then return s, 0.0 end
  if isrisky(s, p) or maybeempty(p) then return slowgsub(s, p, r, n) end
  return rgsub(s, p, r, n)
end

S.gfind = S.gmatch
-- What it gives is refused by everything that loads.
function S.dump(f)
  if type(f) ~= "function" then badarg(1, "dump", "function", f) end
  return "\27Lua"
end
S.format = single(raw.format)

local T = { sort = tab.sort }

function T.concat(t, sep, i, j)
  if type(t) ~= "table" then badarg(1, "concat", "table", t) end
  local r, e = raw.concat(t, sep, i, j)
  if e then rawerror(e, 2) end
  return r
end

function T.getn(t)
  if type(t) ~= "table" then badarg(1, "getn", "table", t) end
  return #t
end

function T.setn() rawerror("'setn' is obsolete", 2) end

function T.maxn(t)
  if type(t) ~= "table" then badarg(1, "maxn", "table", t) end
  local max = 0.0
  for k in pairs(t) do
    if type(k) == "number" and k > max then max = k end
  end
  return max
end

function T.foreach(t, f)
  if type(t) ~= "table" then badarg(1, "foreach", "table", t) end
  for k, v in pairs(t) do
    local r = f(k, v)
    if r ~= nil then return r end
  end
end

function T.foreachi(t, f)
  if type(t) ~= "table" then badarg(1, "foreachi", "table", t) end
  for i = 1, #t do
    local r = f(i, t[i])
    if r ~= nil then return r end
  end
end

function T.insert(t, ...)
  if type(t) ~= "table" then badarg(1, "insert", "table", t) end
  local n = select("#", ...)
  if n == 1 then
    t[#t + 1] = ...
    return
  end
  if n ~= 2 then rawerror("wrong number of arguments to 'insert'", 2) end
  local pos, v = ...
  pos = asinteger(pos, 2, "insert")
  local e = #t + 1
  if pos > e then e = pos end
  for i = e, pos + 1, -1 do t[i] = t[i - 1] end
  t[pos] = v
end

function T.remove(t, pos)
  if type(t) ~= "table" then badarg(1, "remove", "table", t) end
  local e = #t
  if pos == nil then pos = e else pos = asinteger(pos, 2, "remove") end
  if pos < 1 or pos > e then return end
  local v = t[pos]
  for i = pos, e - 1 do t[i] = t[i + 1] end
  t[e] = nil
  return v
end

local M = { huge = math4.huge, pi = math4.pi }
for _, k in ipairs({ "acos", "asin", "atan", "cos", "deg", "exp", "rad", "sin", "sqrt", "tan", "fmod", "modf" }) do M[k] = math4[k] end
for _, k in ipairs({ "cosh", "sinh", "tanh", "ldexp" }) do M[k] = single(raw[k]) end
M.random, M.randomseed, M.frexp = single(raw.random), single(raw.randomseed), several(raw.frexp)

function M.atan(x) return math4.atan(asnumber(x, 1, "atan")) end
function M.atan2(y, x) return math4.atan(asnumber(y, 1, "atan2"), asnumber(x, 2, "atan2")) end
function M.pow(x, y) return asnumber(x, 1, "pow") ^ asnumber(y, 2, "pow") end
function M.log(x) return math4.log(asnumber(x, 1, "log")) end
function M.log10(x) return math4.log(asnumber(x, 1, "log10"), 10) end

function M.floor(x)
  if type(x) ~= "number" then x = asnumber(x, 1, "floor") end
  return x // 1.0
end

function M.ceil(x)
  if type(x) ~= "number" then x = asnumber(x, 1, "ceil") end
  return -(-x // 1.0)
end

function M.abs(x)
  if type(x) ~= "number" then x = asnumber(x, 1, "abs") end
  return math4.abs(x + 0.0)
end

function M.fmod(x, y)
  return math4.fmod(asnumber(x, 1, "fmod") + 0.0, asnumber(y, 2, "fmod") + 0.0)
end
M.mod = M.fmod

function M.max(x, ...)
  x = asnumber(x, 1, "max")
  for i = 1, select("#", ...) do
    local y = asnumber((select(i, ...)), i + 1, "max")
    if y > x then x = y end
  end
  return x
end

function M.min(x, ...)
  x = asnumber(x, 1, "min")
  for i = 1, select("#", ...) do
    local y = asnumber((select(i, ...)), i + 1, "min")
    if y < x then x = y end
  end
  return x
end

-- Coroutines are announced while they run: the hook that ends a script is per coroutine.
local C = { status = co.status, yield = co.yield }
local rcreate, rresume, rrunning = co.create, co.resume, co.running
local enter, leave, reword = raw.enter, raw.leave, base.reword

local function left(ok, ...)
  leave()
  if not ok and type(...) == "string" then return false, reword(...) end
  return ok, ...
end

function C.create(f)
  if type(f) ~= "function" then rawerror("bad argument #1 to 'create' (Lua function expected)", 2) end
  return rcreate(f)
end

function C.resume(c, ...)
  if type(c) ~= "thread" then rawerror("bad argument #1 to 'resume' (coroutine expected)", 2) end
  enter(c)
  return left(rresume(c, ...))
end

local function unwrapped(ok, ...)
  if not ok then rawerror(..., 2) end
  return ...
end

function C.wrap(f)
  if type(f) ~= "function" then rawerror("bad argument #1 to 'wrap' (Lua function expected)", 2) end
  local c = rcreate(f)
  return function(...) return unwrapped(C.resume(c, ...)) end
end

function C.running()
  local c, main = rrunning()
  if main then return nil end
  return c
end

local B, P, K = {}, {}, {}
for _, k in ipairs({ "tobit", "tohex", "bnot", "band", "bor", "bxor", "lshift", "rshift", "arshift", "rol", "ror", "bswap" }) do
  B[k] = single(raw["bit_" .. k])
end
P.pack, P.unpack, P.size = single(raw.struct_pack), several(raw.struct_unpack), single(raw.struct_size)
K.pack, K.unpack = single(raw.mp_pack), several(raw.mp_unpack)
K.unpack_one, K.unpack_limit = several(raw.mp_unpack_one), several(raw.mp_unpack_limit)
K._NAME, K._VERSION = "cmsgpack", "lua-cmsgpack 0.4.0"
K._COPYRIGHT, K._DESCRIPTION = "Copyright (C) 2012, Salvatore Sanfilippo", "MessagePack C implementation for Lua"

local function newjson()
  local id = raw.json_new()
  local J = { _NAME = "cjson", _VERSION = "2.1.0", null = raw.null, new = newjson }
  for _, k in ipairs({ "encode_max_depth", "decode_max_depth", "encode_number_precision", "encode_keep_buffer",
    "encode_invalid_numbers", "decode_invalid_numbers" }) do
    local f = raw["json_" .. k]
    J[k] = function(...)
      local r, e = f(id, ...)
      if e ~= nil then rawerror(e, 2) end
      return r
    end
  end
  local sparse, encode, decode = raw.json_sparse, raw.json_encode, raw.json_decode
  local function sparsed(ok, ...)
    if not ok then rawerror(..., 2) end
    return ...
  end
  J.encode_sparse_array = function(...) return sparsed(sparse(id, ...)) end
  J.encode = function(...)
    local r, e = encode(id, ...)
    if e ~= nil then rawerror(e, 2) end
    return r
  end
  J.decode = function(...)
    local r, e = decode(id, ...)
    if e ~= nil then rawerror(e, 2) end
    return r
  end
  return J
end

-- Methods of strings, and the two operators that the translation writes: see Translator.
local sm = debug.getmetatable("")
sm.__index = S
sm.__shl = assert
base.setvaluemeta(0, { __shl = base.operand })

return { string = S, table = T, math = M, coroutine = C, bit = B, struct = P, cmsgpack = K, cjson = newjson() }
