/** A point in time as orders carry it: seven fraction digits and an offset (`2024-02-06T20:46:11.7010747+00:00`). */
export const toVtexTime = (ms: number): string => `${withFraction(ms)}+00:00`;

/** The same as hooks and feeds carry it: `2019-08-14T17:12:48.0965897Z`. */
export const toEventTime = (ms: number): string => `${withFraction(ms)}Z`;

function withFraction(ms: number): string {
  const micros = Math.round(ms * 1000);
  const wholeMs = Math.floor(micros / 1000);
  return `${new Date(wholeMs).toISOString().slice(0, -1)}${String(micros - wholeMs * 1000).padStart(3, '0')}7`;
}

/** Milliseconds since the epoch of changes that follow each other: no two are the same microsecond. */
export function createStamps(now: () => number): () => number {
  let lastMicros = 0;
  return () => {
    lastMicros = Math.max(Math.round(now() * 1000), lastMicros + 1);
    return lastMicros / 1000;
  };
}
