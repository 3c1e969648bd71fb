/**
 * What a run is about to do at a partner, written down before it does it. One effect at a time per order and connection;
 * the lease is longer than the call's deadline, so a run that finds an expired intent knows that nobody is still calling,
 * but not whether the call arrived.
 */
export interface Intent {
  /** `order.submit`, `order.dispatch`, …: with the order and the connection, the effect's business key. */
  effect: string;
  /** Whose intent it is: one word per run of a job. */
  runId: string;
  until: string;
}
