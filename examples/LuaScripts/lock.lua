-- A lock that only its owner extends and releases, and that ends by itself.
-- KEYS: lock.  ARGV: acquire | extend | release, token (unique per owner), time to live in ms (not for release).
-- Returns 1 when done, 0 when somebody else has it, or nobody.
local action, token, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3])
if action ~= 'release' and (not ttl or ttl < 1) then
  return redis.error_reply('ERR the time to live must be a positive number of milliseconds')
end

local owner = redis.call('GET', KEYS[1])
if action == 'acquire' then
  if owner and owner ~= token then return 0 end
  redis.call('SET', KEYS[1], token, 'PX', ttl)
  return 1
elseif action == 'extend' then
  if owner ~= token then return 0 end
  return redis.call('PEXPIRE', KEYS[1], ttl)
elseif action == 'release' then
  if owner ~= token then return 0 end
  return redis.call('DEL', KEYS[1])
end

return redis.error_reply('ERR unknown action ' .. tostring(action))
