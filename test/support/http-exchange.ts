import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { createEgress, type Resolve } from '../../src/platform/egress.ts';
import { createHttp, type Http, type HttpReply, type HttpRequest } from '../../src/platform/http.ts';
import { listen } from './listen.ts';

/** A client that may reach loopback, and partner.example wherever it resolves to; closed when the running test is over. */
export function openHttp(resolve?: Resolve): Http {
  const egress = createEgress({ allow: ['127.0.0.0/8', 'partner.example'], ...(resolve ? { resolve } : {}) });
  const http = createHttp({ egress, userAgent: 'Packline/test' });
  onTestFinished(() => http.close());
  return http;
}

/** One request to a server of this test, which answers as `listener` says. */
export async function ask(listener: RequestListener, options: Partial<HttpRequest> = {}): Promise<HttpReply> {
  const port = await listen(createServer(listener));
  return openHttp().request({ method: 'GET', url: `http://127.0.0.1:${port}/`, ...options });
}

/** A server that speaks for itself, byte by byte, once the request's head is here. */
export async function serveBytes(speak: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('data', () => speak(socket));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${await listen(server)}/`;
}

/** One request to such a server. */
export const askBytes = async (
  speak: (socket: Socket) => void,
  options: Partial<HttpRequest> = {},
): Promise<HttpReply> => openHttp().request({ method: 'GET', url: await serveBytes(speak), ...options });

/** Matches what an exchange fails with. */
export const httpFailure = (kind: string, code: string, requestSent: boolean) =>
  expect.objectContaining({ name: 'Failure', kind, code, detail: expect.objectContaining({ requestSent }) });
