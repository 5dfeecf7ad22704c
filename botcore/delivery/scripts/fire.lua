-- Move a due timer to its conversation's mailbox, once.
-- KEYS: 1 due, 2 timers, 3 mailbox, 4 ready, 5 seen
-- ARGV: 1 timer and conversation, 2 timer, 3 conversation, 4 mailbox limit, 5 seconds to remember it,
--       6 when to try again if the mailbox is full
-- Returns 1 moved, 0 gone, -1 mailbox full
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
if redis.call('LLEN', KEYS[3]) >= tonumber(ARGV[4]) then
  redis.call('ZADD', KEYS[1], ARGV[6], ARGV[1])
  return -1
end
redis.call('ZREM', KEYS[1], ARGV[1])
local event = redis.call('HGET', KEYS[2], ARGV[2])
if not event then return 0 end
redis.call('HDEL', KEYS[2], ARGV[2])
if not redis.call('SET', KEYS[5], 1, 'NX', 'EX', ARGV[5]) then return 0 end
if redis.call('RPUSH', KEYS[3], event) == 1 then redis.call('XADD', KEYS[4], '*', 'c', ARGV[3]) end
return 1
