-- Timers that are due, and when the next one is.
-- KEYS: 1 due      ARGV: 1 now, 2 how many at most
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
local following = redis.call('ZRANGE', KEYS[1], #due, #due, 'WITHSCORES')
return {due, following[2] or ''}
