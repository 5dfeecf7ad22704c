-- One note of a person, if there is room for it.
-- KEYS: 1 the person's notes      ARGV: 1 name, 2 note, 3 how many at most, 4 seconds to keep all of them
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
