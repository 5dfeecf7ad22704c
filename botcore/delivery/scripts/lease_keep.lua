-- Renew a lease, or let it go.
-- KEYS: 1 lease      ARGV: 1 token, 2 milliseconds (0: let it go)
-- Returns 1 done, 0 it is held no more, or by another one.
local held = redis.call('GET', KEYS[1])
if not held or string.match(held, '^(%d+) ') ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then redis.call('DEL', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
