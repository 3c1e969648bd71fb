import { z } from 'zod';

/** What can happen to a simulated parcel, in no carrier's words. */
export const steps = [
  'announced',
  'collected',
  'moving',
  'delayed',
  'outForDelivery',
  'attempted',
  'held',
  'delivered',
  'returning',
  'exception',
  'canceled',
] as const;
export type Step = (typeof steps)[number];
export const stepSchema = z.enum(steps);

/** Of a parcel that goes its way by itself. */
export const usualWay: readonly Step[] = ['announced', 'collected', 'moving', 'outForDelivery', 'delivered'];

export const texts: Readonly<Record<Step, string>> = {
  announced: 'Label created',
  collected: 'Collected from the sender',
  moving: 'Departed from the depot',
  delayed: 'Running late',
  outForDelivery: 'On the vehicle for delivery',
  attempted: 'Nobody was at home',
  held: 'Ready for collection',
  delivered: 'Delivered',
  returning: 'On its way back to the sender',
  exception: 'Cannot be delivered',
  canceled: 'Canceled by the sender',
};

export interface Place {
  city: string;
  state: string;
  postalCode: string;
}

const towns: readonly Place[] = [
  { city: 'Secaucus', state: 'NJ', postalCode: '07094' },
  { city: 'Harrisburg', state: 'PA', postalCode: '17101' },
  { city: 'Charlotte', state: 'NC', postalCode: '28209' },
];

/** Where the nth event of a parcel happens: further from home each time, and there in the end. */
export const placeOf = (index: number): Place =>
  towns[Math.min(index, towns.length - 1)] ?? { city: 'Charlotte', state: 'NC', postalCode: '28209' };
