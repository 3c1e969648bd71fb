const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * One press of Ctrl-C may arrive twice within milliseconds: from the terminal, and again from npm, which passes on what
 * it got.
 */
const echoMs = 500;

/** Calls `act` for each request to end, echoes left out. Returns what undoes it. */
export function onStopSignal(act: (signal: NodeJS.Signals) => void): () => void {
  let lastAt = -Infinity;
  const listener = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (now - lastAt < echoMs) return;
    lastAt = now;
    act(signal);
  };
  for (const signal of stopSignals) process.on(signal, listener);
  return () => {
    for (const signal of stopSignals) process.off(signal, listener);
  };
}
