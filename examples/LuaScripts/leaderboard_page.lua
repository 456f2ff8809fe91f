-- A page of a leaderboard, with the details that hashes hold, in one round trip.
-- KEYS: board (a sorted set).  ARGV: page (from 1), entries a page, prefix of the hashes, fields ...
-- Returns JSON: {"page":1,"pages":3,"total":25,"entries":[{"rank":1,"member":"ada","score":9.5,"name":"Ada"}, ...]}
local page, size, prefix = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
if not page or not size or page < 1 or size < 1 then
  return redis.error_reply('ERR page and size must be positive numbers')
end

local total = redis.call('ZCARD', KEYS[1])
local first = (page - 1) * size
local rows = redis.call('ZREVRANGE', KEYS[1], first, first + size - 1, 'WITHSCORES')
local entries = {}
for i = 1, #rows, 2 do
  local entry = {rank = first + (i + 1) / 2, member = rows[i], score = tonumber(rows[i + 1])}
  if #ARGV > 3 then
    local details = redis.call('HMGET', prefix .. rows[i], unpack(ARGV, 4))
    for n = 4, #ARGV do entry[ARGV[n]] = details[n - 3] or cjson.null end
  end
  entries[#entries + 1] = entry
end

local body = #entries > 0 and cjson.encode(entries) or '[]'
return string.format('{"page":%d,"pages":%d,"total":%d,"entries":%s}', page, math.ceil(total / size), total, body)
