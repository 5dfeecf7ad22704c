-- Store what a turn decided, drop its event, and stand up again for the mail that is left. All or nothing.
-- KEYS: 1 state, 2 mailbox, 3 history, 4 ready, 5 outbox, 6 out
-- ARGV: 1 fence, 2 ready entry, 3 group, 4 conversation, 5 state, 6 seconds to keep, 7 forget (1|0),
--       8 number of history entries, the entries, the outgoing messages
-- Returns 1 stored (again: no-op), 0 refused, since another worker has the conversation.
local kept = redis.call('HMGET', KEYS[1], 'fence', 'committed')
if kept[2] == ARGV[1] then return 1 end
if kept[1] ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'data', ARGV[5], 'committed', ARGV[1], 'tries', 0)
redis.call('HINCRBY', KEYS[1], 'version', 1)
if ARGV[7] == '1' then redis.call('DEL', KEYS[3]) end
local entries = tonumber(ARGV[8])
for i = 9, 8 + entries do redis.call('RPUSH', KEYS[3], ARGV[i]) end
local waiting = redis.call('LLEN', KEYS[5])
for i = 9 + entries, #ARGV do redis.call('RPUSH', KEYS[5], ARGV[i]) end
if waiting == 0 and #ARGV > 8 + entries then redis.call('XADD', KEYS[6], '*', 'c', ARGV[4]) end
redis.call('LPOP', KEYS[2])
redis.call('XACK', KEYS[4], ARGV[3], ARGV[2])
redis.call('XDEL', KEYS[4], ARGV[2])
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('XADD', KEYS[4], '*', 'c', ARGV[4]) end
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('EXPIRE', KEYS[3], ARGV[6])
return 1
