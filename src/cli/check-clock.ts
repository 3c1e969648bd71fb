import type { Check } from './check.ts';

/** Signatures and leases bear seconds; what is less is nothing. */
const advisedMs = 1_000;
/** Half of what a signed webhook may be old. */
const wrongMs = 150_000;

/**
 * By how much another clock is off. `theirMs` was said somewhere between `askedMs` and `gotMs`; only what cannot be
 * explained by that counts.
 */
export function checkClock(
  whose: string,
  { theirMs, askedMs, gotMs }: { theirMs: number; askedMs: number; gotMs: number },
): Check {
  const aheadMs = theirMs > gotMs ? theirMs - gotMs : theirMs < askedMs ? theirMs - askedMs : 0;
  const name = `clock of ${whose}`;
  const offMs = Math.abs(aheadMs);
  if (offMs < advisedMs) return { name, status: 'ok', message: 'agrees with this machine’s' };
  return {
    name,
    status: offMs < wrongMs ? 'advice' : 'wrong',
    message: `${(offMs / 1_000).toFixed(1)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine’s`,
    fix: 'keep both machines in time (chrony, systemd-timesyncd)',
  };
}
