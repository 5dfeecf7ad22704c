-- Take a lease that nobody holds; whoever holds it already gets the same token again.
-- KEYS: 1 lease, 2 tokens      ARGV: 1 owner, 2 milliseconds
-- Returns the fencing token, or 0 where another one holds it.
local held = redis.call('GET', KEYS[1])
if held then
  local token = string.match(held, '^(%d+) ')
  if held ~= token .. ' ' .. ARGV[1] then return 0 end
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return tonumber(token)
end
-- Microseconds, so that a server that lost its data does not give out old tokens again.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local token = math.max(now, tonumber(redis.call('GET', KEYS[2]) or '0') + 1)
local text = string.format('%.0f', token)
redis.call('SET', KEYS[2], text)
redis.call('SET', KEYS[1], text .. ' ' .. ARGV[1], 'NX', 'PX', ARGV[2])
return token
