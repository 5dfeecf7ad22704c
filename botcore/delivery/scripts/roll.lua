-- The roll of one role's processes, by the server's clock.
-- KEYS: 1 roll      ARGV: 1 process that says that it is there (or nothing), 2 seconds after which one is gone
-- Returns those that are there.
local now = tonumber(redis.call('TIME')[1])
if ARGV[1] ~= '' then
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 60 * tonumber(ARGV[2]))
end
return redis.call('ZRANGEBYSCORE', KEYS[1], now - tonumber(ARGV[2]), '+inf')
