-- Give a turn back undone, at once and without counting the try.
-- KEYS: 1 state, 2 ready      ARGV: 1 fence, 2 ready entry, 3 group, 4 conversation
local kept = redis.call('HMGET', KEYS[1], 'fence', 'committed')
if kept[1] ~= ARGV[1] or kept[2] == ARGV[1] then return 0 end
if #redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2]) == 0 then return 0 end -- of a time that the server has lost
redis.call('HINCRBY', KEYS[1], 'fence', 1)
redis.call('HINCRBY', KEYS[1], 'tries', -1)
redis.call('XACK', KEYS[2], ARGV[3], ARGV[2])
redis.call('XDEL', KEYS[2], ARGV[2])
redis.call('XADD', KEYS[2], '*', 'c', ARGV[4])
return 1
