/** Ways to misbehave that people want to see, in the words of `POST /v1/sandbox/faults`. */
export const faultPresets = [
  {
    name: 'refuse',
    words: 'Refuses with 422',
    fault: { kind: 'status', status: 422, code: 'VALIDATION_ERRORS' },
  },
  { name: 'fail', words: 'Fails with 500', fault: { kind: 'status', status: 500 } },
  {
    name: 'late',
    words: 'Fails with 500 after it has done it',
    fault: { kind: 'status', status: 500, afterEffect: true },
  },
  { name: 'limit', words: 'Answers 429 for 5 seconds', fault: { kind: 'rateLimit', retryAfterSeconds: 5 } },
  { name: 'cut', words: 'Cuts the connection before it acts', fault: { kind: 'dropBefore' } },
  { name: 'cut-after', words: 'Cuts the connection after it has acted', fault: { kind: 'dropAfter' } },
  { name: 'hang', words: 'Never answers', fault: { kind: 'hang' } },
  { name: 'slow', words: 'Waits 3 seconds', fault: { kind: 'delay', ms: 3_000 } },
  { name: 'garbage', words: 'Answers an HTML page', fault: { kind: 'garbage' } },
  { name: 'twice', words: 'Sends its webhooks twice', fault: { kind: 'duplicate' } },
  { name: 'shuffle', words: 'Sends its webhooks out of order', fault: { kind: 'reorder', windowMs: 2_000 } },
  { name: 'lose', words: 'Loses its webhooks', fault: { kind: 'dropWebhook' } },
] as const;

/** By the names that the sandbox gives them. */
export const partners = [
  ['', 'Every partner'],
  ['nash', 'Nash'],
  ['vtex', 'VTEX'],
  ['vtex-pick-and-pack', 'VTEX Pick and Pack'],
] as const;

/** How often, as a part of the calls that are met. */
export const shares = [
  ['1', 'Every time'],
  ['0.5', 'Half of the time'],
  ['0.05', '5 % of the time'],
] as const;

type Form = Readonly<Record<string, string>>;

/** The rule that a form asks for. */
export function toFaultRule({ preset = '', partner = '', sku = '', share = '', times = '' }: Form) {
  const found = faultPresets.find(({ name }) => name === preset);
  return {
    fault: found?.fault ?? {},
    match: { ...(partner === '' ? {} : { partner }), ...(sku.trim() === '' ? {} : { sku: sku.trim() }) },
    ...(share === '' ? {} : { probability: Number(share) }),
    ...(/^\d+$/.test(times) ? { times: Number(times) } : {}),
  };
}
