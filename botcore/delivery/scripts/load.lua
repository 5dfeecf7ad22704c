-- Hand a conversation to a worker: a new fence makes every earlier claim on it void.
-- KEYS: 1 state, 2 mailbox, 3 history, 4 ready, 5 timers      ARGV: 1 ready entry, 2 group, 3 history length, 4 name of this claim
-- Returns false where the entry stands for nothing any more.
if #redis.call('XRANGE', KEYS[4], ARGV[1], ARGV[1]) == 0 then return false end
local event = redis.call('LINDEX', KEYS[2], 0)
if not event then
  redis.call('XACK', KEYS[4], ARGV[2], ARGV[1])
  redis.call('XDEL', KEYS[4], ARGV[1])
  return false
end
local kept = redis.call('HMGET', KEYS[1], 'version', 'data', 'fence', 'tries', 'claim', 'changed')
local fence, tries = tonumber(kept[3] or 0), tonumber(kept[4] or 0)
if kept[5] ~= ARGV[4] then -- else it was sent twice
  fence, tries = fence + 1, tries + 1
  redis.call('HSET', KEYS[1], 'fence', fence, 'tries', tries, 'claim', ARGV[4])
end
local history = redis.call('LRANGE', KEYS[3], -tonumber(ARGV[3]), -1)
-- One MessagePack array, so that the client reads one string instead of fifty.
local packed = '\221' .. struct.pack('>I4', #history) .. table.concat(history)
return {fence, tonumber(kept[1] or 0), tries, event, kept[2] or '', packed, redis.call('HLEN', KEYS[5]), kept[6] and 1 or 0}
