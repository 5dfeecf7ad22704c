-- A process says that it is there, by the server's clock, or that it is gone; and how much all of them can do.
-- KEYS: 1 pulses, 2 since, 3 rates, 4 room
-- ARGV: 1 process, 2 gone (1|0), 3 a break in ms, 4 its turns a second (0: not known), 5 seconds that a message may wait
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
-- After a break in which nobody was heard, such as an outage of the server, silence tells nothing for a while.
local last = tonumber(redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or '0')
if now - last > tonumber(ARGV[3]) then redis.call('SET', KEYS[2], now) end
redis.call('ZADD', KEYS[1], now - tonumber(ARGV[2]) * 60000, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 3600000)
if ARGV[4] == '0' then return now end
redis.call('HSET', KEYS[3], ARGV[1], ARGV[4])
local rates, all = redis.call('HGETALL', KEYS[3]), 0
for i = 1, #rates, 2 do
  if now - tonumber(redis.call('ZSCORE', KEYS[1], rates[i]) or '0') > 3000 then
    redis.call('HDEL', KEYS[3], rates[i])
  else
    all = all + tonumber(rates[i + 1])
  end
end
redis.call('SET', KEYS[4], math.max(1, all * tonumber(ARGV[5])), 'PX', 3000)
return now
