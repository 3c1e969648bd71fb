import { Failure } from '../../../domain/failure.ts';
import { toText } from './to-text.ts';

/** VTEX takes no reference of ours with a change, and its history has the reason: at its end ours is written. */
const ending = / \(Packline ([\w-]{1,64})\)$/;

/** VTEX names no limit; its Admin and e-mails show it to people. */
const reasonCharsMax = 200;

export function withReference({ reason, reference }: { reason: string; reference: string }): string {
  const text = `${toText(reason, reasonCharsMax) ?? 'Picked'} (Packline ${reference})`;
  if (referenceOf(text) === reference) return text;
  throw new Failure(
    'rejected',
    'vtex.reference_unusable',
    'A change’s reference has other signs than letters, digits, _ and -',
  );
}

/** Null for a change that somebody else made. */
export const referenceOf = (reason: string | null | undefined): string | null => ending.exec(reason ?? '')?.[1] ?? null;
