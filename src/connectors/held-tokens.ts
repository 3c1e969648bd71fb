import { createHash } from 'node:crypto';
import { Failure } from '../domain/failure.ts';

/** Credentials with a token at hand; beyond them the oldest token is asked for anew. */
const heldMax = 1_000;

/** What a partner lends us for a while. */
export interface HeldToken {
  readonly text: string;
  /** From then on another one is asked for: early enough that calls under way still arrive with it. */
  readonly staleAtMs: number;
}

/** The tokens of this process, one for each set of credentials. Never written down, and never in a message. */
export class HeldTokens<T extends HeldToken> {
  readonly #held = new Map<string, Promise<T>>();
  readonly #refused = new WeakSet<T>();

  /** A token that is good for a while; calls at the same time wait for one and the same `ask`. */
  async get(credentials: readonly string[], nowMs: () => number, ask: () => Promise<T>): Promise<T> {
    const key = createHash('sha256').update(credentials.join('\n')).digest('base64url');
    for (let held = this.#held.get(key); held !== undefined; held = this.#held.get(key)) {
      try {
        const token = await held;
        if (nowMs() < token.staleAtMs && !this.#refused.has(token)) return token;
      } catch (error) {
        // What is no Failure, or `aborted`, is that somebody else ran out of time: no answer to us.
        if (error instanceof Failure && error.kind !== 'aborted') throw error;
      }
      this.#drop(key, held);
    }
    const asked = ask();
    this.#held.set(key, asked);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= heldMax) break;
      this.#held.delete(oldest);
    }
    try {
      return await asked;
    } catch (error) {
      this.#drop(key, asked);
      throw error;
    }
  }

  /** The partner would not have it any more, whatever it says of itself. */
  refuse(token: T): void {
    this.#refused.add(token);
  }

  #drop(key: string, held: Promise<T>): void {
    if (this.#held.get(key) === held) this.#held.delete(key);
  }
}
