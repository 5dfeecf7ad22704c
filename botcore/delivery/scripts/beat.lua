-- A process says that it is there, by the server's clock, or that it is gone.
-- KEYS: 1 pulses, 2 since      ARGV: 1 process, 2 gone (1|0), 3 a break in ms
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
-- After a break in which nobody was heard, such as an outage of the server, silence tells nothing for a while.
local last = tonumber(redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or '0')
if now - last > tonumber(ARGV[3]) then redis.call('SET', KEYS[2], now) end
redis.call('ZADD', KEYS[1], now - tonumber(ARGV[2]) * 60000, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 3600000)
return now
