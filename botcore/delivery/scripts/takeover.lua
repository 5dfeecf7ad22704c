-- Take entries over from processes that have fallen silent while the one that asks was heard.
-- KEYS: 1 ready, 2 pulses, 3 since      ARGV: 1 group, 2 process that asks, 3 silence in ms, 4 how many at most
-- Returns entries and conversations in turn. A consumer without a pulse has its lease.
local own = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[2]) or '0')
local silent = tonumber(ARGV[3])
if own - tonumber(redis.call('GET', KEYS[3]) or own) <= silent then return {} end
local taken, left = {}, tonumber(ARGV[4])
for _, consumer in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1])[4] or {}) do
  local heard = redis.call('ZSCORE', KEYS[2], consumer[1])
  if left > 0 and heard and own - tonumber(heard) > silent then
    local ids = {}
    for _, pending in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', left, consumer[1])) do
      ids[#ids + 1] = pending[1]
    end
    for _, entry in ipairs(redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(ids))) do
      if entry then
        taken[#taken + 1] = entry[1]
        taken[#taken + 1] = entry[2][2]
      end
    end
    left = left - #ids
    if #ids == tonumber(consumer[2]) then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer[1]) end
  end
end
return taken
