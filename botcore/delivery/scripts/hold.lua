-- Keep what this consumer holds; what another one has taken over stays there.
-- KEYS: 1 stream      ARGV: 1 entry, 2 group, 3 consumer
-- Returns 1 kept, 0 another's, or gone.
local pending = redis.call('XPENDING', KEYS[1], ARGV[2], ARGV[1], ARGV[1], 1)
if #pending == 0 or pending[1][2] ~= ARGV[3] then return 0 end
redis.call('XCLAIM', KEYS[1], ARGV[2], ARGV[3], 0, ARGV[1], 'JUSTID')
return 1
