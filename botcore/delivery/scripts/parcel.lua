-- The oldest outgoing message of a conversation.
-- KEYS: 1 outbox, 2 out      ARGV: 1 entry, 2 group
if #redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1]) == 0 then return false end
local message = redis.call('LINDEX', KEYS[1], 0)
if not message then
  redis.call('XACK', KEYS[2], ARGV[2], ARGV[1])
  redis.call('XDEL', KEYS[2], ARGV[1])
  return false
end
return message
