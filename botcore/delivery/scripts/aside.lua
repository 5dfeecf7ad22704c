-- Set keys aside that hold what another program put there, so that a conversation can go on.
-- KEYS: 1 where it is noted; then pairs of a key and its new name      ARGV: the type that each should have
-- Returns how many.
local count = 0
for i = 2, #KEYS, 2 do
  local found = redis.call('TYPE', KEYS[i]).ok
  if found ~= 'none' and found ~= ARGV[i / 2] then
    redis.call('RENAME', KEYS[i], KEYS[i + 1])
    redis.call('HSET', KEYS[1], KEYS[i], found)
    count = count + 1
  end
end
return count
