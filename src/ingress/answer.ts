/** What a route's handler answers; the rest of the response is made in one place (mount-route.ts). */
export interface Answer {
  status: number;
  /** The body, to be written as JSON. */
  json?: unknown;
  /** A body of another type; a stream is canceled when its reader goes away. */
  content?: { type: string; data: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> };
  headers?: Readonly<Record<string, string>>;
  /** What was done something to, for the audit log, where it has no id of ours. Only what was found: others may be anybody's words. */
  about?: string;
}

export const ok = (json: unknown): Answer => ({ status: 200, json });
export const created = (location: string, json: unknown): Answer => ({
  status: 201,
  json,
  headers: { Location: location },
});
export const accepted = (json: unknown): Answer => ({ status: 202, json });
export const noContent: Answer = { status: 204 };
