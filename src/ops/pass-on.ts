import type { Html, Stream } from './define-page.ts';

/** An answer of the API's, to a browser: as it comes, and its events as pieces of a page. Whoever leaves ends it. */
export function passOn(response: Response, { showEvent }: Stream, path: string): Response {
  const headers = new Headers({ 'Cache-Control': 'no-store' });
  for (const name of ['content-type', 'content-disposition', 'x-accel-buffering']) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const isFeed = showEvent !== undefined && headers.get('content-type')?.startsWith('text/event-stream') === true;
  const body = isFeed
    ? response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(toPieces((data) => showEvent(data, path)))
    : response.body;
  return new Response(body ?? null, { headers });
}

/** Events with JSON become messages with HTML, which htmx swaps in; after the last one it is told `end`. Comments stay. */
function toPieces(show: (data: unknown) => Html): TransformStream<string, Uint8Array> {
  let held = '';
  const encoder = new TextEncoder();
  return new TransformStream({
    async transform(text, controller) {
      const whole = (held + text).split('\n\n');
      held = whole.pop() ?? '';
      for (const message of whole) {
        const data = /^data: (.*)$/m.exec(message)?.[1];
        const piece = data === undefined ? message : toData(String(await show(JSON.parse(data))));
        const end = message.startsWith('event: end') ? 'event: end\ndata:\n\n' : '';
        controller.enqueue(encoder.encode(`${piece}\n\n${end}`));
      }
    },
  });
}

const toData = (shown: string): string => shown.replace(/^/gm, 'data: ');
