import type { PromiseId } from './scenario.ts';

export interface Promised {
  id: PromiseId;
  /** What a merchant may rely on. */
  promise: string;
  /** Test files that show it beside the scenarios; run by `--proofs`, and their tests counted. */
  proofs: readonly string[];
  /** Benchmarks whose figures show it. */
  benchmarks: readonly string[];
}

/** Every promise, in the words of the reliability page. Scenarios name the ones that they show. */
export const promises: readonly Promised[] = [
  {
    id: 'R1',
    promise: 'Accepted means durable: what got a 2xx reaches its end, or an issue names it',
    proofs: [],
    benchmarks: [],
  },
  {
    id: 'R2',
    promise: 'One effect for each order at each partner, whatever is repeated',
    proofs: ['test/ingress/idempotency.test.ts'],
    benchmarks: [],
  },
  {
    id: 'R3',
    promise: 'Events of one order arrive in order, and hold up no other order or merchant',
    proofs: [
      'test/workers/delivery-attempt.test.ts',
      'test/workers/delivery-parking.test.ts',
      'test/domain/resolve-status.test.ts',
    ],
    benchmarks: ['noisy'],
  },
  {
    id: 'R4',
    promise: 'A partner’s limit is exceeded in no window, and used while there is work',
    proofs: [],
    benchmarks: ['limit'],
  },
  {
    id: 'R5',
    promise:
      'With Redis away, full, read-only, failing over or empty nothing is half done, and all goes on by itself when it is back (an empty one waits for an operator)',
    proofs: [
      'test/ingress/redis-trouble.test.ts',
      'test/ingress/redis-gone.test.ts',
      'test/ingress/redis-empty.test.ts',
      'test/faults/topologies.test.ts',
    ],
    benchmarks: [],
  },
  {
    id: 'R6',
    promise: 'A partner that fails, however it does, holds up only its own work',
    proofs: ['test/flow/partner-faults.test.ts'],
    benchmarks: [],
  },
  {
    id: 'R7',
    promise: 'A process that is told to end takes nothing new, ends in time, and loses nothing',
    proofs: [],
    benchmarks: [],
  },
  {
    id: 'R8',
    promise: 'Bad input of any kind is a clear 4xx, never a 5xx or a stuck job',
    proofs: ['test/api-contract', 'test/ingress/bad-input.test.ts', 'test/ingress/ingress-vectors.test.ts'],
    benchmarks: [],
  },
  {
    id: 'R9',
    promise: 'No request leaves for an address that it should not reach',
    proofs: ['test/platform/egress.test.ts', 'test/platform/egress-dial.test.ts'],
    benchmarks: [],
  },
  {
    id: 'R10',
    promise: 'Secrets and personal data are in no log, metric, error, job or screen, and sealed in Redis',
    proofs: ['test/flow/canaries.test.ts'],
    benchmarks: [],
  },
  {
    id: 'R11',
    promise: 'A large backlog costs neither memory nor speed',
    proofs: [],
    benchmarks: ['backlog', 'memory'],
  },
];
