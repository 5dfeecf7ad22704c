-- Move a turn's event to the dead letters, so that its conversation goes on.
-- KEYS: 1 state, 2 mailbox, 3 ready, 4 dead      ARGV: 1 fence, 2 ready entry, 3 group, 4 conversation, 5 reason
local kept = redis.call('HMGET', KEYS[1], 'fence', 'committed')
if kept[2] == ARGV[1] then return 1 end
if kept[1] ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'committed', ARGV[1], 'tries', 0)
redis.call('XADD', KEYS[4], '*', 'c', ARGV[4], 'event', redis.call('LPOP', KEYS[2]), 'reason', ARGV[5])
redis.call('XACK', KEYS[3], ARGV[3], ARGV[2])
redis.call('XDEL', KEYS[3], ARGV[2])
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('XADD', KEYS[3], '*', 'c', ARGV[4]) end
return 1
