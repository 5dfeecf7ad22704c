-- Forget an outgoing message that was sent (pop = 1), or give it back (pop = 0), and stand up for what is left.
-- KEYS: 1 outbox, 2 out      ARGV: 1 message, 2 entry, 3 group, 4 conversation, 5 pop
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] then return 0 end
if #redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2]) == 0 then return 0 end
if ARGV[5] == '1' then redis.call('LPOP', KEYS[1]) end
redis.call('XACK', KEYS[2], ARGV[3], ARGV[2])
redis.call('XDEL', KEYS[2], ARGV[2])
local following = redis.call('LINDEX', KEYS[1], 0)
if following then redis.call('XADD', KEYS[2], '*', 'c', ARGV[4], 'm', following) end
return 1
