import type { Service } from '../domain/service.ts';
import type { StoreDeps } from './deps.ts';

const spelled = (number: string): string => number.replaceAll(/\s/g, '').toUpperCase();
const idPattern = /^svc_[0-9a-z]{26}$/;

/** The service with this number, by the carrier's or by our own id in its place; null where it is of none. Of any merchant. */
export async function findServiceId(
  { redis, keys }: StoreDeps,
  merchantId: string,
  number: string,
): Promise<string | null> {
  const own = number.trim().toLowerCase();
  return idPattern.test(own) ? own : redis.get(keys.serviceNumber(merchantId, spelled(number)));
}

/** For the commit in which a service gets its number; a number that is given out again is the newer service's. */
export function serviceNumberWrites(
  { keys }: StoreDeps,
  before: Service,
  { id, merchantId, booking }: Service,
): string[][] {
  const number = booking?.trackingNumber ?? null;
  if (number === null || number === before.booking?.trackingNumber) return [];
  return [['SET', keys.serviceNumber(merchantId, spelled(number)), id]];
}

/** It is over: its number is kept as long as it is. */
export const keptNumberWrites = ({ keys }: StoreDeps, { merchantId, booking }: Service, seconds: number): string[][] =>
  booking?.trackingNumber == null
    ? []
    : [['EXPIRE', keys.serviceNumber(merchantId, spelled(booking.trackingNumber)), String(seconds)]];
