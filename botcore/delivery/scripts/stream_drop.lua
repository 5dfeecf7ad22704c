-- Drop entries from a stream without a group, and their bytes: XDEL alone leaves those in a page until the page is empty.
-- KEYS: 1 stream      ARGV: ids
-- Returns how many of them there were.
local drop, dropped, kept = {}, 0, {}
for _, id in ipairs(ARGV) do drop[id] = true end
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  if drop[entry[1]] then dropped = dropped + 1 else kept[#kept + 1] = entry end
end
if dropped == 0 then return 0 end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1][1]
local left = redis.call('PTTL', KEYS[1])
redis.call('UNLINK', KEYS[1])
for _, entry in ipairs(kept) do redis.call('XADD', KEYS[1], entry[1], unpack(entry[2])) end
if #kept > 0 then redis.call('XSETID', KEYS[1], last) end
if #kept > 0 and left > 0 then redis.call('PEXPIRE', KEYS[1], left) end
return dropped
