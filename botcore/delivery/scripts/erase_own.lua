-- Delete a conversation, whatever is under way in it: who answers it can't commit any more.
-- KEYS: 1 state, 2 mailbox, 3 history, 4 outbox, 5 timers, 6 ready, 7 out, 8 due, 9 live
-- ARGV: 1 conversation, 2 group
-- Returns how many keys there were.
local function dismiss(list, stream)
  if redis.call('EXISTS', list) == 0 or redis.call('EXISTS', stream) == 0 then return end
  for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+')) do
    if entry[2][2] == ARGV[1] then
      redis.call('XACK', stream, ARGV[2], entry[1])
      redis.call('XDEL', stream, entry[1])
    end
  end
end
dismiss(KEYS[2], KEYS[6])
dismiss(KEYS[4], KEYS[7])
for _, id in ipairs(redis.call('HKEYS', KEYS[5])) do redis.call('ZREM', KEYS[8], id .. ' ' .. ARGV[1]) end
return redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[9])
