import type { Failure } from './failure.ts';

/**
 * The member of a failure's `detail` by which its connector says what of it is the cause, and not just one order's: `{ sku:
 * 'A-1', field: 'items.*.sku' }`. It is kept as it stands, and shown: never a person's.
 */
export const causeMember = 'cause';

const causeCharsMax = 300;
/** Of a message; no pattern below may be held up by what somebody else wrote. */
const textCharsMax = 500;

/**
 * What differs between two orders that fail for the same reason, in the order in which it is taken out: the larger forms
 * first, so that no part of one is left standing.
 */
const varying: readonly [RegExp, string][] = [
  [/[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}.-]+/gu, '<email>'],
  [/https?:\/\/[^\s"'<>]+/gi, '<url>'],
  [/"[^"]*"|“[^”]*”|'[^']*'|‘[^’]*’|`[^`]*`/gu, '<value>'],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '<id>'],
  [/\b[a-z]{2,4}_[0-9a-z]{16,}\b/gi, '<id>'],
  [/[\p{L}\p{N}_-]*\p{N}[\p{L}\p{N}_-]*/gu, '<n>'],
  [/(?:<n>[.:,+/ -]?)+<n>/g, '<n>'],
];

/** Text without ids, numbers, addresses and quoted values: what two failures of one cause have in common. */
export const withoutValues = (text: string): string =>
  varying
    .reduce((left, [pattern, word]) => left.replace(pattern, word), text.slice(0, textCharsMax))
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();

/** `items.3.sku`, `items[3].sku`: the same field, whichever row it was in. */
export const withoutIndexes = (path: string): string => path.replace(/\[\d+\]|(?<=^|\.)\d+(?=\.|$)/g, '*');

/** What the connector marked as the cause; empty for most failures. */
export function markedCause(detail: Record<string, unknown>): Record<string, string> {
  const marked = detail[causeMember];
  if (typeof marked !== 'object' || marked === null || Array.isArray(marked)) return {};
  const members = Object.entries(marked).filter((member): member is [string, string] => typeof member[1] === 'string');
  return Object.fromEntries(members.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * Of a failure of a job, what makes it the same one as another's: the fingerprint's last parts, beside merchant, target and
 * code. Where a cause is marked it is that alone: goods that are refused are refused in whatever is done with an order.
 */
export function identityOf(job: string, { message, detail }: Pick<Failure, 'message' | 'detail'>): FailureIdentity {
  const marked = markedCause(detail);
  if (Object.keys(marked).length > 0) return { job: '', cause: JSON.stringify(marked).slice(0, causeCharsMax) };
  const { operation, fields } = detail;
  const paths = Array.isArray(fields) ? fields.filter((path) => typeof path === 'string').map(withoutIndexes) : [];
  const parts = [
    typeof operation === 'string' ? operation : '',
    withoutValues(message),
    [...new Set(paths)].toSorted().join(','),
  ];
  return { job, cause: parts.join('\n').slice(0, causeCharsMax) };
}

interface FailureIdentity {
  /** '' for any. */
  job: string;
  cause: string;
}
