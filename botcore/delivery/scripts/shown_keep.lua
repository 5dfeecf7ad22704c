-- Remember by which ids of its own a channel shows an outgoing message.
-- KEYS: 1 shown, 2 order      ARGV: 1 key, 2 its ids as JSON, 3 messages at most, 4 seconds to keep, the ids
local function forget(key)
  local ids = redis.call('HGET', KEYS[1], 'k:' .. key)
  if not ids then return end
  for _, id in ipairs(cjson.decode(ids)) do
    if redis.call('HGET', KEYS[1], 'i:' .. id) == key then redis.call('HDEL', KEYS[1], 'i:' .. id) end
  end
  redis.call('HDEL', KEYS[1], 'k:' .. key)
end
if redis.call('HEXISTS', KEYS[1], 'k:' .. ARGV[1]) == 0 then redis.call('RPUSH', KEYS[2], ARGV[1]) end
forget(ARGV[1])
redis.call('HSET', KEYS[1], 'k:' .. ARGV[1], ARGV[2])
for i = 5, #ARGV do
  if ARGV[i] ~= '' then redis.call('HSET', KEYS[1], 'i:' .. ARGV[i], ARGV[1]) end
end
while redis.call('LLEN', KEYS[2]) > tonumber(ARGV[3]) do forget(redis.call('LPOP', KEYS[2])) end
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[4])
return 1
