import type { Sighting } from './search.ts';

/** A place where something is shown on purpose: who is answered by what, which canaries, and why. */
interface Allowance {
  place: RegExp;
  canaries: RegExp;
  why: string;
}

/** Places are named `<who>: <operation> <status>`; other places (log, metrics, Redis, events, pages) have no allowance. */
export const allowances: readonly Allowance[] = [
  {
    place:
      /^owner: (?:GET|POST|PATCH) \/v1\/orders(?:\/\{orderId\}(?:\/(?:cancel|resync|tracking|settlement\/accept))?)? 20[02]$/,
    canaries: /^person (?!hook|error|answer)/,
    why: 'an order is shown whole to the merchant whose order it is',
  },
  {
    place: /^owner: GET \/v1\/deliveries\/\{deliveryId\}\/attempts 200$/,
    canaries: /^(?:person (?:answer|error)|secret endpoint(?:Url|Header))/,
    why: 'what the merchant’s own system answered is shown to the merchant, as it was answered',
  },
  {
    place:
      /^owner: (?:POST|GET|PATCH) \/v1\/connections(?:\/\{connectionId\}(?:\/(?:pause|resume|rotate-token))?)? 20[01]$/,
    canaries: /^secret (?:token|baseUrl|appKey)/,
    why: 'the hook’s URL has to be copied into the partner’s settings; base URLs and the key’s name are shown like names',
  },
  {
    place: /^owner: POST \/v1\/connections\/\{connectionId\}\/register-webhooks (?:200|409)$/,
    canaries: /^secret token/,
    why: 'the answer says which URL was registered, or has to be copied by hand',
  },
  {
    place: /^owner: (?:POST|GET|PATCH) \/v1\/endpoints(?:\/\{endpointId\}(?:\/(?:enable|disable))?)? 20[01]$/,
    canaries: /^secret endpointUrl/,
    why: 'the URL that the merchant gave is shown to the merchant',
  },
  {
    place: /^owner: POST \/v1\/endpoints(?:\/\{endpointId\}\/rotate-secret)? 201$/,
    canaries: /^secret endpointSecret/,
    why: 'a new signing secret is shown once',
  },
  {
    place: /^operator: POST \/v1\/merchants\/\{merchantId\}\/api-keys 201$/,
    canaries: /^secret \w+Key$/,
    why: 'a new API key is shown once',
  },
  {
    place: /^operator: POST \/v1\/users(?:\/\{userId\}\/reset)? 20[01]$/,
    canaries: /^secret (?:invite|reset)Token$/,
    why: 'the link by which a user sets a password is shown once, to be handed on',
  },
  {
    place: /^owner: POST \/compat\/vtex-pick-and-pack\/token 200$/,
    canaries: /^secret ownerToken$/,
    why: 'a token is given to who shows the key',
  },
  {
    place: /^owner: GET \/compat\/vtex-pick-and-pack\/v1\/shipments(?:\/\{shipmentId\})? 200$/,
    canaries: /^person (?!hook|error|answer)/,
    why: 'a shipment names its receiver and its way, to the merchant whose order it is',
  },
  {
    place: /^owner: GET \/v1\/(?:orders\/\{orderId\}\/worksheets|worksheets\/\{worksheetId\}) 200$/,
    canaries: /^person picker$/,
    why: 'a worksheet says who picks, to the merchant in whose store it is',
  },
  {
    place:
      /^owner: GET \/v1\/(?:orders\/\{orderId\}\/shipments|shipments(?:\/\{shipmentId\}(?:\/(?:evidences|notes))?)?) 200$/,
    canaries: /^person (?:courier|tracked\w+)$/,
    why: 'a shipment says who brings it, and its notes what happened on the way',
  },
  {
    place:
      /^owner: (?:GET \/v1\/tracking\/\{carrier\}\/\{trackingNumber\} 200|POST \/v1\/tracking\/\{carrier\}\/\{trackingNumber\}\/refresh 202)$/,
    canaries: /^person tracked/,
    why: 'where a parcel went, and what its carrier said of it, to the merchant whose parcel it is',
  },
  {
    place: /^operator: GET \/v1\/services\/\{serviceId\} 200$/,
    canaries: /^person (?:sender|receiver\w*|identification|comments)$/,
    why: 'whoever carries a service has to know from whom to whom',
  },
  {
    place: /^partner: POST \/last-mile\/\{token\}\/(?:cancel|pause)-service 200$/,
    canaries: /^person reason$/,
    why: 'the protocol answers a reason with the reason, to who gave it',
  },
  {
    place: /^owner: PATCH \/compat\/vtex-pick-and-pack\/v1\/orders\/\{orderId\}\/tracking 200$/,
    canaries: /^person tracked/,
    why: 'VTEX’s protocol answers the tracking with the tracking',
  },
  {
    place: /^owner: (?:GET|PATCH) \/compat\/vtex-pick-and-pack\/.* 40[034]$/,
    canaries: /^stray pathWord$/,
    why: 'VTEX’s protocol says back the id that it does not know, to who asked for it',
  },
  {
    place: /^(?:owner|operator|nobody): .* 400$/,
    canaries: /^stray unknown(?:Field|Parameter)$/,
    why: 'the pointer to an unknown field is its name, said back to who sent it',
  },
];

/** Those that nothing allows, each place and canary once; and the allowances that nothing needed. */
export function judge(sightings: readonly Sighting[]): { leaks: string[]; unused: string[] } {
  const used = new Set<Allowance>();
  const leaks = new Set<string>();
  for (const { place, kind, canary, as } of sightings) {
    const met = allowances.filter((one) => one.place.test(place) && one.canaries.test(`${kind} ${canary}`));
    for (const one of met) used.add(one);
    if (met.length === 0) leaks.add(`${kind} ${canary} (${as}) in ${place}`);
  }
  return { leaks: [...leaks], unused: allowances.filter((one) => !used.has(one)).map(({ why }) => why) };
}
