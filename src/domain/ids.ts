import * as z from 'zod';

/** Every kind of thing that has an id, with its prefix. */
export const idPrefixes = {
  merchant: 'mer',
  apiKey: 'key',
  connection: 'con',
  order: 'ord',
  event: 'evt',
  endpoint: 'ep',
  delivery: 'dlv',
  issue: 'iss',
  inbox: 'inb',
  request: 'req',
  reconciliation: 'rec',
  stockReconciliation: 'stk',
  invoice: 'inv',
  return: 'ret',
  run: 'run',
  pull: 'pul',
  worksheet: 'wks',
  shipment: 'shp',
  facility: 'fac',
  service: 'svc',
  replay: 'rpl',
  user: 'usr',
} as const;
export type IdKind = keyof typeof idPrefixes;

// Crockford base32: no I, L, O, U, so an id read out over the phone arrives.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const randomBytesNeeded = 10;

/**
 * A type-prefixed, sortable id: `ord_` + 10 characters of time (ms) + 16 of randomness. Ids made later sort later, which
 * is what makes them usable as list cursors.
 */
export function makeId(kind: IdKind, nowMs: number, random: Uint8Array): string {
  if (random.length < randomBytesNeeded) throw new RangeError('makeId needs 10 random bytes');
  let time = '';
  for (let rest = nowMs, i = 0; i < 10; i += 1) {
    time = alphabet.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let tail = '';
  let bits = 0;
  let value = 0;
  for (let i = 0; i < randomBytesNeeded; i += 1) {
    value = (value << 8) | (random[i] ?? 0);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      tail += alphabet.charAt((value >> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return `${idPrefixes[kind]}_${time}${tail}`;
}

/** When an id was made (ms). */
export function timeOf(id: string): number {
  const from = id.indexOf('_') + 1;
  let ms = 0;
  for (let at = from; at < from + 10; at += 1) ms = ms * 32 + alphabet.indexOf(id.charAt(at));
  return ms;
}

/** The schema of one kind's ids, as they stand in paths and bodies. */
export const IdSchema = (kind: IdKind) =>
  z
    .string()
    .regex(new RegExp(`^${idPrefixes[kind]}_[0-9a-z]{26}$`))
    .meta({ description: `Id of a ${kind}`, examples: [`${idPrefixes[kind]}_01jd3xk5q8h2v4m6n7p9r0stwz`] });
