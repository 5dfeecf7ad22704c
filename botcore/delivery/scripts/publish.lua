-- Append to a conversation's live stream; an event with a key at most once.
-- KEYS: 1 live, 2 key (or live)      ARGV: 1 conversation, 2 type, 3 data, 4 keyed (1|0), 5 length, 6 seconds, 7 wake channel
if ARGV[4] == '1' and not redis.call('SET', KEYS[2], 1, 'NX', 'EX', ARGV[6]) then return false end
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[5], '*', 't', ARGV[2], 'd', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('PUBLISH', ARGV[7], ARGV[1])
return id
