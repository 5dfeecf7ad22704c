-- Does the server take writes, and are the keys that all conversations share what they should be?
-- KEYS: 1 a key to write, 2 foreign; then the shared ones      ARGV: the type that each of these should have
-- Returns how many keys of conversations were set aside, then the names and types of shared keys that are foreign.
redis.call('SET', KEYS[1], 1, 'PX', 1000)
local found = {redis.call('HLEN', KEYS[2])}
for i = 3, #KEYS do
  local kind = redis.call('TYPE', KEYS[i]).ok
  if kind ~= 'none' and kind ~= ARGV[i - 2] then
    found[#found + 1] = KEYS[i]
    found[#found + 1] = kind
  end
end
return found
