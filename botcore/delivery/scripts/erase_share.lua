-- Take one person's share out of a conversation of several people. A turn under way is begun again, since it saw that share.
-- KEYS: 1 state, 2 mailbox, 3 history, 4 outbox, 5 timers, 6 ready, 7 out, 8 due
-- ARGV: 1 conversation, 2 group, 3 state as it was read, 4 state as it shall be,
--       5 number of history entries, 6 of events, 7 of outgoing messages, 8 of timers; and these, timers by their ids
-- Returns how much was removed, or -1 where the state has changed since it was read.
if (redis.call('HGET', KEYS[1], 'data') or '') ~= ARGV[3] then return -1 end
local function dismiss(stream)
  for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+')) do
    if entry[2][2] == ARGV[1] then
      redis.call('XACK', stream, ARGV[2], entry[1])
      redis.call('XDEL', stream, entry[1])
    end
  end
end
local removed, first = 0, 9
local function each(count, remove)
  for i = first, first + tonumber(count) - 1 do removed = removed + remove(ARGV[i]) end
  first = first + tonumber(count)
end
local head = redis.call('LINDEX', KEYS[4], 0)
local waiting = redis.call('EXISTS', KEYS[2]) == 1
each(ARGV[5], function(line) return redis.call('LREM', KEYS[3], 1, line) end)
each(ARGV[6], function(line) return redis.call('LREM', KEYS[2], 1, line) end)
each(ARGV[7], function(line) return redis.call('LREM', KEYS[4], 1, line) end)
each(ARGV[8], function(id)
  redis.call('ZREM', KEYS[8], id .. ' ' .. ARGV[1])
  return redis.call('HDEL', KEYS[5], id)
end)
if ARGV[3] ~= ARGV[4] then
  redis.call('HSET', KEYS[1], 'data', ARGV[4])
  removed = removed + 1
end
if removed > 0 and redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'fence', 1)
  redis.call('HSET', KEYS[1], 'tries', 0)
  local kept = {data = true, version = true, fence = true, tries = true, claim = true, committed = true}
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if not kept[field] then redis.call('HDEL', KEYS[1], field) end
  end
end
if removed > 0 and waiting then
  dismiss(KEYS[6])
  if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('XADD', KEYS[6], '*', 'c', ARGV[1]) end
end
local first_left = redis.call('LINDEX', KEYS[4], 0)
if head ~= first_left then -- the queue's entry carries the message that is gone
  dismiss(KEYS[7])
  if first_left then redis.call('XADD', KEYS[7], '*', 'c', ARGV[1], 'm', first_left) end
end
return removed
