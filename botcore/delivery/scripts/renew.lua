-- Renew a claim, if it is still the newest one.
-- KEYS: 1 state, 2 ready      ARGV: 1 fence, 2 ready entry, 3 group, 4 consumer
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('XCLAIM', KEYS[2], ARGV[3], ARGV[4], 0, ARGV[2], 'JUSTID')
return 1
