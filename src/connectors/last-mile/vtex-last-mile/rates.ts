import type { ServiceRequest } from '../../../domain/service-request.ts';
import type { LastMileCarrier, VtexLastMileSettings } from './settings.ts';

export type Rate = LastMileCarrier['rates'][number];

/** The first row of the carrier's table that takes the packages; undefined where none does, or it has no table. */
export function findRate(
  { carriers }: Pick<VtexLastMileSettings, 'carriers'>,
  { carrierId, packages }: Pick<ServiceRequest, 'carrierId' | 'packages'>,
): Rate | undefined {
  const weights = packages.map(({ weightGrams }) => weightGrams);
  // One weight that cannot be read, and nobody knows what they weigh together.
  const grams = weights.some((weight) => weight === null)
    ? Infinity
    : weights.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  return carriers.find(({ id }) => id === carrierId)?.rates.find(({ upToGrams = Infinity }) => grams <= upToGrams);
}
