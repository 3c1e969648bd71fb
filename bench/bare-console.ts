import { serve } from '@hono/node-server';
import { Hono } from 'hono';

/**
 * The ceilings of "console", started by console.ts with a port: a route that answers so many bytes of a page, and a feed that
 * sends so many bytes a second to whoever listens. Nothing is read, known or rendered.
 */
const [, , port = '0'] = process.argv;
const encoder = new TextEncoder();
const listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
let message = encoder.encode('data: \n\n');
const textOf = (bytes: string | undefined): string => 'x'.repeat(Number(bytes ?? 0));

const app = new Hono();
app.get('/page', (c) => c.html(textOf(c.req.query('bytes'))));
app.get('/feed', (c) => {
  message = encoder.encode(`data: ${textOf(c.req.query('bytes'))}\n\n`);
  let own: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      own = controller;
      listeners.add(controller);
    },
    cancel() {
      if (own !== undefined) listeners.delete(own);
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
});
setInterval(() => {
  for (const one of listeners) one.enqueue(message);
}, 1_000);
serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' }, () => process.send?.('ready'));
