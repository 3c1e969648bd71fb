import { makeId } from '../make-id.ts';
import type { Organisation } from './organisations.ts';

export interface Stores {
  /** Nash's id (`stl_…`) of a store by its external id; undefined when the organisation neither has it nor creates stores on use. */
  idOf(externalId: string): string | undefined;
}

export function createStores(organisation: () => Organisation): Stores {
  const ids = new Map<string, string>();
  return {
    idOf(externalId) {
      if (!ids.has(externalId) && (organisation().stores?.includes(externalId) ?? true))
        ids.set(externalId, makeId('stl'));
      return ids.get(externalId);
    },
  };
}
