import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedEvent {
  id: string;
  type: string;
  data: Record<string, unknown>;
  atMs: number;
}

/** A merchant's own system: takes webhooks and believes only what the reference library verifies. */
export interface Subscriber {
  url: string;
  /** Verified with `secret`, in order of arrival, every attempt. */
  received: ReceivedEvent[];
  /** What did not verify. */
  refused: string[];
  useSecret(secret: string): void;
  /** The next answers' statuses; 200 when the list is used up. */
  answerWith(...statuses: number[]): void;
  close(): Promise<void>;
}

/** `verifies: false`: believes everything, for benches that measure the sender. */
export async function createSubscriber({ verifies = true }: { verifies?: boolean } = {}): Promise<Subscriber> {
  const received: ReceivedEvent[] = [];
  const refused: string[] = [];
  const statuses: number[] = [];
  let webhook: Webhook | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      try {
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
        const event = (verifies ? webhook?.verify(body, headers) : JSON.parse(body)) as {
          type: string;
          data: Record<string, unknown>;
        };
        received.push({
          id: String(request.headers['webhook-id']),
          type: event.type,
          data: event.data,
          atMs: Date.now(),
        });
      } catch (error) {
        refused.push(String(error));
      }
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    refused,
    useSecret: (secret) => {
      webhook = new Webhook(secret);
    },
    answerWith: (...next) => {
      statuses.push(...next);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
