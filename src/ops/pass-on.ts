import type { Html, Stream } from './define-page.ts';

type Show = (message: string) => Promise<Uint8Array>;

/** Feeds whose latest piece is kept. */
const keptMax = 200;

/** Gives on what the API streams. However many look at one feed, each of its events is written out once. */
export function createPassOn() {
  const latest = new Map<string, { message: string; piece: Promise<Uint8Array> }>();
  const encoder = new TextEncoder();

  const showOnce = (key: string, message: string, make: () => Promise<string>): Promise<Uint8Array> => {
    const known = latest.get(key);
    if (known?.message === message) return known.piece;
    const piece = make().then((text) => encoder.encode(text));
    latest.delete(key);
    latest.set(key, { message, piece });
    const [oldest] = latest.keys();
    if (latest.size > keptMax && oldest !== undefined) latest.delete(oldest);
    return piece;
  };

  /** An answer of the API's, to a browser: as it comes, and its events as pieces of a page. Whoever leaves ends it. */
  return (response: Response, { name, showEvent }: Stream, path: string): Response => {
    const headers = new Headers({ 'Cache-Control': 'no-store' });
    for (const one of ['content-type', 'content-disposition', 'x-accel-buffering']) {
      const value = response.headers.get(one);
      if (value !== null) headers.set(one, value);
    }
    if (showEvent === undefined || headers.get('content-type')?.startsWith('text/event-stream') !== true)
      return new Response(response.body, { headers });
    const show: Show = (message) => showOnce(`${path}/${name}`, message, () => toPiece(message, (data) => showEvent(data, path))); // prettier-ignore
    const body = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(toPieces(show));
    return new Response(body ?? null, { headers });
  };
}

function toPieces(show: Show): TransformStream<string, Uint8Array> {
  let held = '';
  return new TransformStream({
    async transform(text, controller) {
      const whole = (held + text).split('\n\n');
      held = whole.pop() ?? '';
      for (const message of whole) controller.enqueue(await show(message));
    },
  });
}

/** An event with JSON becomes a message with HTML, which htmx swaps in; after the last one it is told `end`. Comments stay. */
async function toPiece(message: string, show: (data: unknown) => Html): Promise<string> {
  const data = /^data: (.*)$/m.exec(message)?.[1];
  const piece = data === undefined ? message : toData(String(await show(JSON.parse(data))));
  const end = message.startsWith('event: end') ? 'event: end\ndata:\n\n' : '';
  return `${piece}\n\n${end}`;
}

const toData = (shown: string): string => shown.replace(/^/gm, 'data: ');
