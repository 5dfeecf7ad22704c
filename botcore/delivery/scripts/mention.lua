-- Which of these keys of conversations may be about a person: their bytes hold the id, or the state says that it is shared.
-- KEYS: 1 any key of the same slot      ARGV: 1 id; the keys: hashes with a state, lists of mail, hashes of timers
local found = {}
for i = 2, #ARGV do
  local kind = redis.call('TYPE', ARGV[i]).ok
  local values = {}
  if kind == 'hash' then values = redis.call('HVALS', ARGV[i]) end
  if kind == 'list' then values = redis.call('LRANGE', ARGV[i], 0, -1) end
  for _, value in ipairs(values) do
    if string.find(value, ARGV[1], 1, true) or string.find(value, '\166shared\195', 1, true) then
      found[#found + 1] = ARGV[i]
      break
    end
  end
end
return found
