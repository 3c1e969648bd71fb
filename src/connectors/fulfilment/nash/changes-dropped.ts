import type { FulfilmentRef, OrderToFulfil } from '../port.ts';
import { configurationsOf, toInstant } from './mapper.ts';
import { toPhone } from './order-body.ts';
import type { WireJob, WirePackage } from './wire.ts';

/**
 * The fields of an amendment that Nash answered with a 200 and did not keep, by Nash's names. Items must be there and
 * equal. Of the rest a difference counts only where Nash shows the field at all; the street is not compared, since Nash
 * rewrites addresses.
 */
export function changesDropped(job: WireJob, order: OrderToFulfil): string[] {
  const kept = configurationsOf(job, order.externalRef)[0]?.package ?? null;
  if (kept === null) return ['packageItems'];
  const { window } = order.content;
  const { recipient } = order.person;
  const { address } = recipient;
  const place = kept.dropoff_location;
  const [from, to] =
    order.fulfilmentMethod === 'pickup'
      ? ([
          ['packagePickupStartTime', kept.pickup_start_time],
          ['packagePickupEndTime', kept.pickup_end_time],
        ] as const)
      : ([
          ['packageDropoffStartTime', kept.dropoff_start_time],
          ['packageDropoffEndTime', kept.dropoff_end_time],
        ] as const);
  const compared: (readonly [string, string | null | undefined, string | null | undefined])[] = [
    [from[0], toSecond(toInstant(from[1])), toSecond(window.from)],
    [to[0], toSecond(toInstant(to[1])), toSecond(window.to)],
    ['dropoffPhoneNumber', place?.phone_number, recipient.phone && toPhone(recipient.phone)],
    ['dropoffFirstName', place?.first_name, recipient.name.trim().split(/\s+/)[0]],
    ['dropoffAddress', place?.address_zip, address?.postalCode],
    ['dropoffAddress', place?.address_number, address?.number],
  ];
  const differing = compared.filter(([, theirs, ours]) => !!theirs && !!ours && plain(theirs) !== plain(ours));
  const items = linesOf(kept) === fingerprintOf(order.content.lines) ? [] : ['packageItems'];
  return [...new Set([...items, ...differing.map(([name]) => name)])];
}

const toSecond = (instant: string | null): string | null => instant?.slice(0, 19) ?? null;

/** Without case, spaces and punctuation, which Nash normalises. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** The lines are the sub-items; an item without any is a line itself. */
function linesOf({ items }: WirePackage): string {
  const leaves = (items ?? []).flatMap((item) => ((item.sub_items ?? []).length > 0 ? (item.sub_items ?? []) : [item]));
  return fingerprint(leaves.map(({ id, sku, count }) => [id ?? null, sku ?? null, count ?? null]));
}

const fingerprintOf = (lines: NonNullable<FulfilmentRef['lines']>): string =>
  fingerprint(lines.map(({ id, sku, quantity }) => [id, sku, quantity]));

/** The job has these lines; undefined where it shows none at all. */
export function keepsLines(
  job: WireJob | null,
  { externalRef, lines }: Pick<FulfilmentRef, 'externalRef' | 'lines'>,
): boolean | undefined {
  const kept = job === null ? null : (configurationsOf(job, externalRef)[0]?.package ?? null);
  if (kept === null || (kept.items ?? []).length === 0 || lines === undefined) return undefined;
  return linesOf(kept) === fingerprintOf(lines);
}

const fingerprint = (lines: readonly (readonly (string | number | null)[])[]): string =>
  lines
    .map((line) => JSON.stringify(line))
    .sort()
    .join('\n');
