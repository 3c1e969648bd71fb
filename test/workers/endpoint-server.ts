import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen } from '../support/listen.ts';

export interface Attempt {
  eventId: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The code of the problem that the event is about. */
  code: string;
}

type Answer = (attempt: Attempt) => Promise<Reply> | Reply;
type Reply = number | { status: number; headers: Record<string, string> };

export interface EndpointServer {
  url: string;
  /** Every attempt, in the order in which they came. */
  attempts: Attempt[];
  answer: Answer;
}

/** A subscriber on loopback that answers as the test says, 200 by default, until the running test is over. */
export async function openEndpointServer(): Promise<EndpointServer> {
  const attempts: Attempt[] = [];
  const endpoint: EndpointServer = { url: '', attempts, answer: () => 200 };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { data } = JSON.parse(body) as { data: { code?: string } };
      const { headers } = request;
      const attempt = { eventId: String(headers['webhook-id']), headers, body, code: data.code ?? '' };
      attempts.push(attempt);
      void Promise.resolve(endpoint.answer(attempt)).then((reply) => {
        const { status, headers: answered } = typeof reply === 'number' ? { status: reply, headers: {} } : reply;
        response.writeHead(status, answered).end();
      });
    });
  });
  endpoint.url = `http://127.0.0.1:${await listen(server)}/hooks`;
  return endpoint;
}
