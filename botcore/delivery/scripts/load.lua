-- Hand a conversation to a worker: a new fence makes every earlier claim on it void.
-- KEYS: 1 state, 2 mailbox, 3 history, 4 ready      ARGV: 1 ready entry, 2 group, 3 history length
-- Returns false where the entry stands for nothing any more.
if #redis.call('XRANGE', KEYS[4], ARGV[1], ARGV[1]) == 0 then return false end
local event = redis.call('LINDEX', KEYS[2], 0)
if not event then
  redis.call('XACK', KEYS[4], ARGV[2], ARGV[1])
  redis.call('XDEL', KEYS[4], ARGV[1])
  return false
end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
local tries = redis.call('HINCRBY', KEYS[1], 'tries', 1)
local kept = redis.call('HMGET', KEYS[1], 'version', 'data')
local history = redis.call('LRANGE', KEYS[3], -tonumber(ARGV[3]), -1)
-- One MessagePack array, so that the client reads one string instead of fifty.
local packed = '\221' .. struct.pack('>I4', #history) .. table.concat(history)
return {fence, tonumber(kept[1] or 0), tries, event, kept[2] or '', packed}
