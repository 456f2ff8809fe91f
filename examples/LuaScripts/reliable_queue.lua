-- A queue whose jobs are taken for a time: who does not acknowledge in time loses the job to others.
-- KEYS: waiting (a list), taken (a sorted set by deadline).  ARGV: put | take | ack | requeue, and
--   put     job ...          number of jobs waiting
--   take    ms               a job, or nil; it is ours for so long
--   ack     job              1, or 0 when it was no longer ours
--   requeue [at most]        number of jobs whose time ran out and that wait again, the longest overdue first in line
local waiting, taken = KEYS[1], KEYS[2]
local action = ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if action == 'put' then
  return redis.call('RPUSH', waiting, unpack(ARGV, 2))
elseif action == 'take' then
  local job = redis.call('LPOP', waiting)
  if job then redis.call('ZADD', taken, now + tonumber(ARGV[2]), job) end
  return job
elseif action == 'ack' then
  return redis.call('ZREM', taken, ARGV[2])
elseif action == 'requeue' then
  local late = redis.call('ZRANGEBYSCORE', taken, '-inf', now, 'LIMIT', 0, tonumber(ARGV[2] or 100))
  for i = #late, 1, -1 do
    redis.call('ZREM', taken, late[i])
    redis.call('LPUSH', waiting, late[i])
  end
  return #late
end

return redis.error_reply('ERR unknown action ' .. tostring(action))
