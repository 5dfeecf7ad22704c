-- Book a send that several rates count, and say when it may go (GCRA: bookings lie one gap apart, past a burst).
-- KEYS: the rates      ARGV: 1 how many messages it makes, and for each rate its gap in seconds and its burst
-- Returns milliseconds to wait.
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local wait = 0
for i = 1, #KEYS do
  local gap, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local due = math.max(tonumber(redis.call('GET', KEYS[i]) or '0'), now) + gap * tonumber(ARGV[1])
  redis.call('SET', KEYS[i], string.format('%.6f', due), 'PX', math.ceil((due - now) * 1000) + 1)
  wait = math.max(wait, due - now - gap * burst)
end
return math.ceil(wait * 1000)
