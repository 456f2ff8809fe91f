-- A sliding window: at most so many calls within the last so many milliseconds.
-- KEYS: window (a sorted set).  ARGV: limit, window in ms, name of this call (unique).
-- Returns {1, calls left} when allowed, {0, ms to wait} when not.
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
if not limit or not window or limit < 1 or window < 1 then
  return redis.error_reply('ERR limit and window must be positive numbers')
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local used = redis.call('ZCARD', KEYS[1])
if used >= limit then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return {0, oldest[2] + window - now}
end

redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], window)
return {1, limit - used - 1}
