import { generationFailure } from '../store/commit.ts';
import { generationHolds } from '../store/generation.ts';
import type { IngressDeps } from './deps.ts';

/** Throws `redis.generation` on a Redis that is not the one we know: its lists are empty and its ids unknown for a bad reason. */
export async function checkGeneration({ redis, generation }: IngressDeps): Promise<void> {
  if (!(await generationHolds(redis, generation))) throw generationFailure();
}
