-- Store what a turn decided, drop its events, and stand up again for the mail that is left. All or nothing.
-- KEYS: 1 state, 2 mailbox, 3 history, 4 ready, 5 outbox, 6 out, 7 timers, 8 due
-- ARGV: 1 fence, 2 ready entry, 3 group, 4 conversation, 5 state, 6 seconds to keep, 7 forget (1|0),
--       8 number of history entries, 9 of outgoing messages, 10 of timers, 11 of events, 12 of entries that the new ones
--       replace, 13 what becomes of the state before (set|keep|drop); the entries; the messages; the timers, as id, due
--       and event each; beginnings of the ids of timers to cancel
-- Returns 1 stored (again: no-op), 0 refused, since another worker has the conversation.
local kept = redis.call('HMGET', KEYS[1], 'fence', 'committed', 'changed', 'data')
if kept[2] == ARGV[1] then return 1 end
if kept[1] ~= ARGV[1] then return 0 end
if #redis.call('XRANGE', KEYS[4], ARGV[2], ARGV[2]) == 0 then return 0 end -- of a time that the server has lost
local waiting = redis.call('LLEN', KEYS[5]) -- fails before anything is written where another program's key stands there
redis.call('HSET', KEYS[1], 'data', ARGV[5], 'committed', ARGV[1], 'tries', 0)
redis.call('HINCRBY', KEYS[1], 'version', 1)
if ARGV[13] == 'set' then redis.call('HSET', KEYS[1], 'before', kept[4] or '') end
if ARGV[13] == 'drop' then redis.call('HDEL', KEYS[1], 'before') end
if ARGV[7] == '1' then redis.call('DEL', KEYS[3]) end
if ARGV[12] ~= '0' then redis.call('LTRIM', KEYS[3], 0, -1 - tonumber(ARGV[12])) end
local messages = 14 + tonumber(ARGV[8])
local timers = messages + tonumber(ARGV[9])
local cancelled = timers + 3 * tonumber(ARGV[10])
for i = 14, messages - 1 do redis.call('RPUSH', KEYS[3], ARGV[i]) end
for i = messages, timers - 1 do redis.call('RPUSH', KEYS[5], ARGV[i]) end
if waiting == 0 and timers > messages then
  redis.call('XADD', KEYS[6], '*', 'c', ARGV[4], 'm', ARGV[messages]) -- the message too, which saves its sender a call
end
if ARGV[7] == '1' or cancelled <= #ARGV then
  for _, id in ipairs(redis.call('HKEYS', KEYS[7])) do
    local drop = ARGV[7] == '1'
    for i = cancelled, #ARGV do drop = drop or string.sub(id, 1, #ARGV[i]) == ARGV[i] end
    if drop then
      redis.call('HDEL', KEYS[7], id)
      redis.call('ZREM', KEYS[8], id .. ' ' .. ARGV[4])
    end
  end
end
for i = timers, cancelled - 1, 3 do
  redis.call('HSET', KEYS[7], ARGV[i], ARGV[i + 2])
  redis.call('ZADD', KEYS[8], ARGV[i + 1], ARGV[i] .. ' ' .. ARGV[4])
end
redis.call('LTRIM', KEYS[2], ARGV[11], -1)
redis.call('XACK', KEYS[4], ARGV[3], ARGV[2])
redis.call('XDEL', KEYS[4], ARGV[2])
if redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('XADD', KEYS[4], '*', 'c', ARGV[4])
elseif kept[3] then
  redis.call('HDEL', KEYS[1], 'changed')
end
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('EXPIRE', KEYS[3], ARGV[6])
return 1
