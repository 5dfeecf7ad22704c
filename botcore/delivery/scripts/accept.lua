-- Take an event into its conversation's mailbox, once.
-- KEYS: 1 seen, 2 mailbox, 3 ready, 4 rate, 5 live, 6 state, 7 pace
-- ARGV: 1 event, 2 conversation, 3 seconds to remember it, 4 mailbox limit, 5 ready limit,
--       6 seconds per message (0: no limit), 7 burst, 8 what the live stream shows (or nothing), 9 its length,
--       10 seconds to keep it, 11 wake channel, 12 channel to tell of a change of an earlier message (or nothing),
--       13 group
-- Returns {1 new | 0 duplicate | -1 mailbox full | -2 too fast | -3 too many conversations wait, or too long,
-- retry after in ms}
if redis.call('EXISTS', KEYS[1]) == 1 then return {0, 0} end
local waiting = redis.call('LLEN', KEYS[2])
if waiting >= tonumber(ARGV[4]) then return {-1, 1000} end
local ready = redis.call('XLEN', KEYS[3])
if waiting == 0 and ready >= tonumber(ARGV[5]) then return {-3, 1000} end
local room = ready >= 16 and redis.call('GET', KEYS[7]) -- living workers tell how many may wait
if room then
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[3])) do
    -- It has to wait for all conversations that no worker has yet; again for each message of its own before it, and by then
    -- the queue may have grown.
    local ahead = group[2] == ARGV[13] and (2 * waiting + 1) * (ready - group[6]) / tonumber(room) or 0
    if ahead > 1 then return {-3, math.min(30000, math.ceil(1000 * ahead))} end
  end
end
local gap = tonumber(ARGV[6])
if gap > 0 then
  -- GCRA: the theoretical arrival time of the next message may lie at most `burst` gaps ahead.
  local time = redis.call('TIME')
  local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
  local due = math.max(tonumber(redis.call('GET', KEYS[4]) or '0'), now) + gap
  local ahead = due - now - gap * tonumber(ARGV[7])
  if ahead > 1e-6 then return {-2, math.ceil(ahead * 1000)} end
  redis.call('SET', KEYS[4], string.format('%.6f', due), 'PX', math.ceil((due - now) * 1000))
end
redis.call('SET', KEYS[1], 1, 'EX', ARGV[3])
if redis.call('RPUSH', KEYS[2], ARGV[1]) == 1 then redis.call('XADD', KEYS[3], '*', 'c', ARGV[2]) end
if ARGV[8] ~= '' then
  redis.call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[9], '*', 't', 'message', 'd', ARGV[8])
  redis.call('EXPIRE', KEYS[5], ARGV[10])
  redis.call('PUBLISH', ARGV[11], ARGV[2])
end
if ARGV[12] ~= '' then
  redis.call('HSET', KEYS[6], 'changed', 1)
  redis.call('EXPIRE', KEYS[6], ARGV[10])
  redis.call('PUBLISH', ARGV[12], ARGV[2])
end
return {1, 0}
