/** How many may be at work at once. */
export interface Slots {
  /** Takes as many as are free, at most `wanted`, and at least one: waits for it, in the order of asking. */
  take(wanted: number): Promise<number>;
  giveBack(amount?: number): void;
  /** Somebody waits for one. */
  areWanted(): boolean;
  /** Resolves when all are free. */
  untilFree(): Promise<void>;
}

export function createSlots(size: number): Slots {
  let free = size;
  const waiting: (() => void)[] = [];
  const watching: (() => void)[] = [];
  return {
    async take(wanted) {
      if (free === 0 || waiting.length > 0) await new Promise<void>((resolve) => waiting.push(resolve));
      else free -= 1;
      // The one that was waited for was handed on, not given back.
      const more = Math.min(free, wanted - 1);
      free -= more;
      return 1 + more;
    },
    giveBack(amount = 1) {
      for (let left = amount; left > 0; left -= 1) {
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
      if (free === size) for (const done of watching.splice(0)) done();
    },
    areWanted: () => waiting.length > 0,
    async untilFree() {
      if (free < size) await new Promise<void>((resolve) => watching.push(resolve));
    },
  };
}
