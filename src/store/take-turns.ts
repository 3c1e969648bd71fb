/** Lets one at a time be at something that has a name, in the order of asking. */
export interface Turns {
  take<T>(name: string, act: () => Promise<T>): Promise<T>;
}

/** A name is remembered only while somebody is at it or waits for it. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async take(name, act) {
      const before = last.get(name);
      const mine = before === undefined ? act() : before.then(act, act);
      last.set(name, mine);
      try {
        return await mine;
      } finally {
        if (last.get(name) === mine) last.delete(name);
      }
    },
  };
}
