import type { Clock } from '../platform/clock.ts';
import type { View } from './define-page.ts';

/** A view that is written out: but for the marks of its forms, the same for all who have one role. */
export interface WrittenView extends View {
  /** Another one when it shows something else. */
  mark: string;
  /** As it goes over the wire, where it is the same for all: it has no forms. */
  packed?: Promise<Uint8Array<ArrayBuffer>>;
}

/** So old may be what a page is refreshed with. */
const keptMs = 1_000;
const keptMax = 200;

interface Kept {
  /** When it was written; not yet while it is being made. */
  atMs: number;
  view: Promise<WrittenView | null>;
  /** Of the view, when it was written. */
  mark?: string;
}

/** However many have a page open that refreshes itself, it is made once a second. Others are made for whoever asks. */
export function createViewShelf(clock: Clock) {
  const shelf = new Map<string, Kept>();
  const put = (key: string, one: Kept): void => {
    shelf.delete(key);
    shelf.set(key, one);
    const [oldest] = shelf.keys();
    if (shelf.size > keptMax && oldest !== undefined) shelf.delete(oldest);
  };
  const isFresh = ({ atMs }: Kept): boolean => clock.now() - atMs < keptMs;
  const isShared = (view: WrittenView | null): view is WrittenView => view?.refreshSeconds !== undefined;

  return {
    /** Made for somebody who came to the page: nobody's refresh shows less than that. */
    put(key: string, view: WrittenView): void {
      if (isShared(view)) put(key, { atMs: clock.now(), view: Promise.resolve(view), mark: view.mark });
    },

    /** The mark of what would be taken now; undefined where it is still to be made. */
    markOf(key: string): string | undefined {
      const present = shelf.get(key);
      return present !== undefined && isFresh(present) ? present.mark : undefined;
    },

    async take(key: string, make: () => Promise<WrittenView | null>): Promise<WrittenView | null> {
      const present = shelf.get(key);
      if (present !== undefined && isFresh(present)) {
        const view = await present.view;
        return isShared(view) ? view : make();
      }
      const made: Kept = { atMs: Infinity, view: make() };
      put(key, made);
      let view: WrittenView | null = null;
      try {
        view = await made.view;
        if (isShared(view)) made.mark = view.mark;
      } finally {
        made.atMs = clock.now();
        if (!isShared(view) && shelf.get(key) === made) shelf.delete(key);
      }
      return view;
    },
  };
}
