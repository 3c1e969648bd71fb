import { createServer } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { guardServer } from '../../src/ingress/guard-server.ts';
import { serverOptions } from '../../src/ingress/server-options.ts';
import { listen } from '../support/listen.ts';

test.each(['GET', 'POST'])('a body that nobody reads and that never ends holds no connection: %s', async (method) => {
  const server = createServer(serverOptions);
  guardServer(server, (_request, response) => void response.end('answered'), { bodyBytesMax: 1_000, unreadMaxMs: 100 });
  const socket = connect(await listen(server), '127.0.0.1');
  const closed = once(socket, 'close');
  let heard = '';
  socket.on('data', (chunk) => (heard += String(chunk)));
  socket.on('error', () => undefined);
  socket.write(`${method} / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nthe beginning`);
  await closed;
  expect(heard).toContain('answered');
});
