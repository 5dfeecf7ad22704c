-- Move a turn's event to the dead letters, and tell the person, so that its conversation goes on.
-- KEYS: 1 state, 2 mailbox, 3 ready, 4 dead, 5 outbox, 6 out, 7 counts
-- ARGV: 1 fence, 2 ready entry, 3 group, 4 conversation, 5 reason, 6 reference, 7 dead letters at most,
--       8 seconds to keep the conversation, the outgoing messages
-- Returns 1 buried (again: no-op), 0 refused, since another worker has the conversation.
local kept = redis.call('HMGET', KEYS[1], 'fence', 'committed')
if kept[2] == ARGV[1] then return 1 end
if kept[1] ~= ARGV[1] then return 0 end
if #redis.call('XRANGE', KEYS[3], ARGV[2], ARGV[2]) == 0 then return 0 end -- of a time that the server has lost
local waiting = redis.call('LLEN', KEYS[5])
redis.call('HSET', KEYS[1], 'committed', ARGV[1], 'tries', 0)
redis.call('HINCRBY', KEYS[1], 'version', 1) -- the keys of its messages are used up
redis.call('HINCRBY', KEYS[7], 'buried', 1)
if redis.call('XLEN', KEYS[4]) >= tonumber(ARGV[7]) then redis.call('HINCRBY', KEYS[7], 'displaced', 1) end
redis.call('XADD', KEYS[4], 'MAXLEN', '=', ARGV[7], '*', 'c', ARGV[4], 'event', redis.call('LPOP', KEYS[2]) or '',
  'reason', ARGV[5], 'ref', ARGV[6])
for i = 9, #ARGV do redis.call('RPUSH', KEYS[5], ARGV[i]) end
if waiting == 0 and #ARGV > 8 then redis.call('XADD', KEYS[6], '*', 'c', ARGV[4]) end
redis.call('XACK', KEYS[3], ARGV[3], ARGV[2])
redis.call('XDEL', KEYS[3], ARGV[2])
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('XADD', KEYS[3], '*', 'c', ARGV[4]) end
redis.call('EXPIRE', KEYS[1], ARGV[8])
return 1
