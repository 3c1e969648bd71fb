import { Readable } from 'node:stream';
import { makeRefusal } from '../problem.ts';

/**
 * What arrives, as long as it goes on arriving: time that whoever reads takes does not count. Throws `request.timeout` after
 * `idleMs` of silence. Destroying it leaves the source open, for the answer.
 */
export const arrivalsOf = (source: Readable, idleMs: number): Readable => Readable.from(follow(source, idleMs));

async function* follow(source: Readable, idleMs: number): AsyncGenerator<Buffer> {
  const chunks = source.iterator({ destroyOnReturn: false });
  let isWaiting = false;
  try {
    for (;;) {
      isWaiting = true;
      const next = await within(chunks.next(), idleMs);
      isWaiting = false;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // While it waits for a chunk it cannot be ended.
    if (!isWaiting) await chunks.return?.();
  }
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(makeRefusal('request.timeout', `nothing of the body came for ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
