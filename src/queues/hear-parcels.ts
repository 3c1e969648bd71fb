import type { CarrierEvent } from '../domain/carrier-event.ts';
import type { FollowedParcel, ParcelName } from '../domain/parcel.ts';
import type { ParcelStep } from '../domain/parcel-step.ts';
import type { StoreDeps } from '../store/deps.ts';
import { changeParcels } from '../store/parcels.ts';
import { tellWork } from './parcel-tell.ts';

/** What is to become of one parcel. Null: nothing. */
export interface HeardParcel {
  name: ParcelName;
  step: (known: FollowedParcel | null) => ParcelStep | null;
}

/** What became of it: as it is now (null where it is not known), and what of it was news. */
export interface HeardOutcome {
  now: FollowedParcel | null;
  news: readonly CarrierEvent[];
}

/** Commits what was heard of parcels, and that somebody has to tell of it. No parcel may be named twice. */
export async function hearParcels(store: StoreDeps, heard: readonly HeardParcel[]): Promise<HeardOutcome[]> {
  const news = heard.map((): readonly CarrierEvent[] => []);
  const now = await changeParcels(
    store,
    heard.map(({ name, step }, at) => ({
      name,
      change: (known) => {
        const next = step(known);
        news[at] = next?.news ?? [];
        if (next === null) return null;
        const { parcel, history, mustTell } = next;
        return { parcel, history, entries: mustTell ? [tellWork(parcel)] : [] };
      },
    })),
  );
  return now.map((parcel, at) => ({ now: parcel, news: news[at] ?? [] }));
}
