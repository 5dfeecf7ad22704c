-- Put a dead letter's event at the end of its conversation's mailbox.
-- KEYS: 1 dead, 2 mailbox, 3 ready      ARGV: 1 letter, 2 conversation, 3 mailbox limit
-- Returns 1 done, 0 no such letter, -1 mailbox full
local found = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
if #found == 0 then return 0 end
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[3]) then return -1 end
local fields = found[1][2]
for i = 1, #fields, 2 do
  if fields[i] == 'event' and redis.call('RPUSH', KEYS[2], fields[i + 1]) == 1 then
    redis.call('XADD', KEYS[3], '*', 'c', ARGV[2])
  end
end
redis.call('XDEL', KEYS[1], ARGV[1])
return 1
