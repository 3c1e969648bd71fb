export interface Deadline {
  /** Aborts with the outer signal, or when the time is over. */
  readonly signal: AbortSignal;
  /** It was the time, and not the outer signal. */
  isExpired(): boolean;
  /** The work is done: lets go of the timer and of the outer signal. */
  end(): void;
}

/**
 * A time limit inside a longer life. `AbortSignal.any` and `AbortSignal.timeout` would be shorter, but a composite made of
 * a composite is never let go (Node 24: 400 bytes for each), and a timeout's timer lives on long after its work.
 */
export function startDeadline(outer: AbortSignal, timeoutMs: number): Deadline {
  const controller = new AbortController();
  let isExpired = false;
  const onOuter = (): void => controller.abort(outer.reason);
  const timer = setTimeout(() => {
    isExpired = true;
    controller.abort(new DOMException('The time for this is over', 'TimeoutError'));
  }, timeoutMs);
  const end = (): void => {
    clearTimeout(timer);
    outer.removeEventListener('abort', onOuter);
  };
  if (outer.aborted) onOuter();
  else outer.addEventListener('abort', onOuter, { once: true });
  return { signal: controller.signal, isExpired: () => isExpired && !outer.aborted, end };
}
