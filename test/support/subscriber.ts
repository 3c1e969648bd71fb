import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedEvent {
  id: string;
  type: string;
  data: Record<string, unknown>;
  atMs: number;
  /** The status that it was answered with. */
  answered: number;
}

/** A merchant's own system: takes webhooks and believes only what the reference library verifies. */
export interface Subscriber {
  url: string;
  /** Verified with `secret`, in order of arrival, every attempt. */
  received: ReceivedEvent[];
  /** What did not verify. */
  refused: string[];
  useSecret(secret: string): void;
  /** The next answers' statuses; when the list is used up what `answerAlways` says, 200 by default. */
  answerWith(...statuses: number[]): void;
  answerAlways(status: number): void;
  /** Called with each event before it is answered. */
  onArrival: ((event: ReceivedEvent) => void) | null;
  close(): Promise<void>;
}

/** `verifies: false`: believes everything, for benches that measure the sender. */
export async function createSubscriber({ verifies = true }: { verifies?: boolean } = {}): Promise<Subscriber> {
  const received: ReceivedEvent[] = [];
  const refused: string[] = [];
  const statuses: number[] = [];
  let standing = 200;
  let webhook: Webhook | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const answered = statuses.shift() ?? standing;
      try {
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
        const event = (verifies ? webhook?.verify(body, headers) : JSON.parse(body)) as {
          type: string;
          data: Record<string, unknown>;
        };
        const { type, data } = event;
        const arrived = { id: String(request.headers['webhook-id']), type, data, atMs: Date.now(), answered };
        received.push(arrived);
        subscriber.onArrival?.(arrived);
      } catch (error) {
        refused.push(String(error));
      }
      response.writeHead(answered).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const subscriber: Subscriber = {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    refused,
    useSecret: (secret) => {
      webhook = new Webhook(secret);
    },
    answerWith: (...next) => {
      statuses.push(...next);
    },
    answerAlways: (status) => {
      standing = status;
    },
    onArrival: null,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return subscriber;
}
