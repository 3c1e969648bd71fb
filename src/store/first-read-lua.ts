/**
 * What an attempt of a delivery looks at before anything else, read by the script that begins it: so a run costs no round trip
 * but that of its end. After `entryLua`. Answers what read-attempt.ts reads, and nothing for other jobs.
 */
export const firstReadLua = `
-- Of our own documents, whose ids need no escapes. What is not there is no error: others' work is in the same script.
local function idIn(json, name) return string.match(json or '', '"' .. name .. '":"([^"]+)"') end
local function firstRead(e)
  if e.job ~= 'delivery-attempt' then return {} end
  local deliveryId, merchantId, endpointId =
    idIn(e.payload, 'deliveryId'), idIn(e.payload, 'merchantId'), idIn(e.payload, 'endpointId')
  if not (deliveryId and merchantId and endpointId) then return {} end
  local delivery = redis.call('GET', T .. ':delivery:' .. deliveryId)
  local eventId = delivery and idIn(delivery, 'eventId')
  local event = eventId and redis.call('GET', T .. ':event:' .. eventId) or false
  local endpoint = redis.call('HGET', T .. ':endpoints:' .. merchantId, endpointId)
  local rest = redis.call('HGET', T .. ':lane-state:endpoint.' .. endpointId, 'rest')
  local orderId = delivery and idIn(delivery, 'orderId')
  return { delivery, event, endpoint, rest, orderId and redis.call('HGET', T .. ':order:' .. orderId, 'key') or false }
end
`;

/** As it came with the entry; empty for a job that reads for itself. */
export type FirstRead = readonly (string | null)[];

export const toFirstRead = (reply: unknown): FirstRead =>
  Array.isArray(reply) ? reply.map((text) => (text === null ? null : String(text))) : [];
