import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { listen } from '../../src/ingress/listen.ts';

const nextTick = (): Promise<void> => new Promise((done) => process.nextTick(done));

test('who has connected is answered, though the end comes before the server has heard of the connection', async () => {
  const app = { fetch: () => new Response('answered') };
  const server = await listen(app, { port: 0, host: '127.0.0.1', bodyBytesMax: 1_000 });
  const callers = Array.from({ length: 10 }, () => connect(server.port, '127.0.0.1'));
  for (const caller of callers) caller.write('GET / HTTP/1.1\r\nHost: packline\r\nConnection: close\r\n\r\n');
  const replies = Promise.all(callers.map((caller) => text(caller)));
  // By then the kernel has connected them, and the event loop has not been round to say so.
  await nextTick();
  await server.close(1_000);
  expect(await replies).toEqual(Array(10).fill(expect.stringMatching(/^HTTP\/1\.1 200 /)));
});
