-- Count one more (1) or one fewer (-1) try to send a part of a message, or very many, since it has arrived.
-- Returns how many there are now.
-- KEYS: 1 attempts      ARGV: 1 part, 2 change, 3 seconds to keep, 4 name of this call
if redis.call('HGET', KEYS[1], 'call') ~= ARGV[4] then -- else it was sent twice
  local now = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
  if now < 0 then redis.call('HSET', KEYS[1], ARGV[1], 0) end
  redis.call('HSET', KEYS[1], 'call', ARGV[4])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
return tonumber(redis.call('HGET', KEYS[1], ARGV[1]))
