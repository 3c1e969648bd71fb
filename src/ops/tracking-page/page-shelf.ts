import type { Clock } from '../../platform/clock.ts';
import type { MadePage } from './page-html.ts';

/** So many pages are kept, of some 10 KB; the one made first goes first. */
const keptMax = 2_000;

/** Pages as they were made a moment ago, by name. */
export interface Shelf {
  find(name: string): MadePage | undefined;
  /** Makes it once for all who ask at the same time. What there is none of is not kept. */
  keep(name: string, make: () => Promise<MadePage | null>): Promise<MadePage | null>;
}

export function createShelf(clock: Clock, keptMs: number): Shelf {
  const kept = new Map<string, { page: MadePage; untilMs: number }>();
  const underWay = new Map<string, Promise<MadePage | null>>();

  const makeAndKeep = async (name: string, make: () => Promise<MadePage | null>): Promise<MadePage | null> => {
    const page = await make();
    kept.delete(name);
    if (page === null) return null;
    kept.set(name, { page, untilMs: clock.now() + keptMs });
    const [first] = kept.keys();
    if (kept.size > keptMax && first !== undefined) kept.delete(first);
    return page;
  };

  return {
    find(name) {
      const found = kept.get(name);
      return found !== undefined && found.untilMs > clock.now() ? found.page : undefined;
    },
    keep(name, make) {
      const making = underWay.get(name) ?? makeAndKeep(name, make).finally(() => underWay.delete(name));
      underWay.set(name, making);
      return making;
    },
  };
}
