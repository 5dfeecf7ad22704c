-- Put the entries of a queue that nobody has taken yet into fresh pages, so that bytes of deleted ones go with the old ones.
-- Each stands for a conversation of its own, so their order among each other is free.
-- KEYS: 1 queue      ARGV: 1 group
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local entries = redis.call('XRANGE', KEYS[1], '-', '+')
local taken, pending = {}, redis.pcall('XPENDING', KEYS[1], ARGV[1], '-', '+', #entries + 1)
if not pending.err then
  for _, one in ipairs(pending) do taken[one[1]] = true end
end
local free = {}
for _, entry in ipairs(entries) do
  if not taken[entry[1]] then free[#free + 1] = entry end
end
for _, entry in ipairs(free) do redis.call('XDEL', KEYS[1], entry[1]) end -- a page goes with its last entry
for _, entry in ipairs(free) do redis.call('XADD', KEYS[1], '*', unpack(entry[2])) end
return #free
