import type { SandboxContext } from '../context.ts';
import { placeOf, usualWay, type Place, type Step } from './parcel-steps.ts';

export interface Scan {
  step: Step;
  atMs: number;
  place: Place;
}

/** One parcel at one carrier. Scans are in the order in which they became known, which is not always that of their times. */
export interface Parcel {
  carrier: string;
  number: string;
  scans: Scan[];
}

/** The parcels of all simulated carriers. */
export interface ParcelBook {
  /** Makes it known, without a scan; the one that is there, if it is. `walks`: it goes the usual way by itself. */
  open(carrier: string, number: string, options?: { walks?: boolean }): Parcel;
  find(carrier: string, number: string): Parcel | undefined;
  /** What happened to it; `atMs` may be long past. Tells those who listen, unless `silent`. */
  move(parcel: Parcel, step: Step, options?: { atMs?: number | undefined; silent?: boolean | undefined }): Scan;
  list(carrier?: string): readonly Parcel[];
  onMove(listener: (parcel: Parcel) => void): void;
  reset(): void;
}

/** At speed 1: a parcel of the demo arrives within half a minute. */
const walkStepMs = 5_000;
const parcelsKeptMax = 20_000;

export function createParcelBook({ now, timers }: SandboxContext): ParcelBook {
  const parcels = new Map<string, Parcel>();
  const listeners: ((parcel: Parcel) => void)[] = [];
  const keyOf = (carrier: string, number: string): string => `${carrier}/${number.toUpperCase()}`;

  const book: ParcelBook = {
    open(carrier, number, { walks = false } = {}) {
      const known = book.find(carrier, number);
      if (known !== undefined) return known;
      const parcel: Parcel = { carrier, number: number.toUpperCase(), scans: [] };
      parcels.set(keyOf(carrier, number), parcel);
      for (const oldest of parcels.keys()) {
        if (parcels.size <= parcelsKeptMax) break;
        parcels.delete(oldest);
      }
      if (walks) walk(parcel, usualWay);
      return parcel;
    },
    find: (carrier, number) => parcels.get(keyOf(carrier, number)),
    move(parcel, step, { atMs = now(), silent = false } = {}) {
      const scan = { step, atMs, place: placeOf(parcel.scans.length) };
      parcel.scans.push(scan);
      if (!silent) for (const listener of listeners) listener(parcel);
      return scan;
    },
    list: (carrier) => [...parcels.values()].filter((parcel) => carrier === undefined || parcel.carrier === carrier),
    onMove: (listener) => void listeners.push(listener),
    reset: () => parcels.clear(),
  };

  function walk(parcel: Parcel, [next, ...rest]: readonly Step[]): void {
    if (next === undefined || parcel.scans.at(-1)?.step === 'canceled') return;
    book.move(parcel, next);
    timers.after(walkStepMs, () => walk(parcel, rest));
  }
  return book;
}

/** As they happened, the newest first; of one moment the one that was heard last. */
export const newestFirst = (scans: readonly Scan[]): Scan[] => [...scans].reverse().sort((a, b) => b.atMs - a.atMs);
