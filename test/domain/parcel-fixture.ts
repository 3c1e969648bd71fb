import { startParcel, type Parcel } from '../../src/domain/parcel.ts';

export const startMs = Date.parse('2026-07-14T00:00:00Z');
export const hours = (count: number): number => count * 3_600_000;
export const instant = (ms: number): string => new Date(ms).toISOString();

export const parcelName = { merchantId: `mer_${'0'.repeat(26)}`, carrier: 'ups', number: '1Z999AA10123456784' };

/** A parcel that became known at `startMs`. */
export const parcelOf = (changes: Partial<Parcel> = {}, polling: Partial<Parcel['polling']> = {}): Parcel => {
  const parcel = startParcel(parcelName, 'UPS', instant(startMs));
  return { ...parcel, connectionId: `con_${'0'.repeat(26)}`, ...changes, polling: { ...parcel.polling, ...polling } };
};
