import { setTimeout as delay } from 'node:timers/promises';

/** Does it so many times, at even distances whatever each takes; resolves when all have ended, rejects when one failed. */
export async function paced(
  { amount, perSecond }: { amount: number; perSecond: number },
  act: (n: number) => Promise<void>,
): Promise<void> {
  const beganMs = performance.now();
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for (let n = 0; n < amount && failures.length === 0; n += 1) {
    const leftMs = beganMs + (n / perSecond) * 1_000 - performance.now();
    if (leftMs > 0) await delay(leftMs);
    const acting = act(n)
      .catch((error: unknown) => {
        failures.push(error);
      })
      .finally(() => underWay.delete(acting));
    underWay.add(acting);
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
}
