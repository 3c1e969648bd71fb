import { once } from 'node:events';
import { request, type ClientRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { get } from './time-requests.ts';
import { watchCpu } from './process-stats.ts';

const markIn = (text: string): string | undefined => /Packline-Shown&quot;:&quot;([\w-]+)&quot;/.exec(text)?.[1];

export interface Watched {
  /** Of one processor, by the process that answers. */
  share: number;
  /** Refreshes that brought something new, of all. */
  changed: number;
  asked: number;
}

/** So many keep a page open as a browser does: it asks for itself every so often, evenly spread, and says what it shows. */
export async function watchPage(
  pid: number,
  url: string,
  { cookies, seconds }: { cookies: readonly string[]; seconds: number },
): Promise<Watched> {
  const { text } = await get(url, { cookie: cookies[0] ?? '' });
  const every = Number(/hx-trigger="every (\d+)s/.exec(text)?.[1] ?? 0);
  if (every === 0) throw new Error(`${url} does not refresh itself`);
  const marks: (string | undefined)[] = cookies.map(() => markIn(text));
  const stopWatching = await watchCpu({ api: pid });
  const beganMs = performance.now();
  let changed = 0;
  const refresh = async (viewer: number): Promise<void> => {
    const mark = marks[viewer];
    const headers = { cookie: cookies[viewer] ?? '', 'hx-request': 'true', 'accept-encoding': 'gzip' };
    const reply = await get(url, { ...headers, ...(mark === undefined ? {} : { 'packline-shown': mark }) });
    // Redis may be late on a busy machine: the next refresh is soon.
    if (reply.status === 204 || reply.status === 503) return;
    if (reply.status !== 200) throw new Error(`a refresh of ${url} was answered ${reply.status}`);
    changed += 1;
    marks[viewer] = markIn(reply.text);
  };
  const asked: Promise<void>[] = [];
  for (let n = 0; performance.now() - beganMs < seconds * 1_000; n += 1) {
    const dueMs = beganMs + (n * every * 1_000) / cookies.length;
    await delay(Math.max(0, dueMs - performance.now()));
    asked.push(refresh(n % cookies.length));
  }
  await Promise.all(asked);
  return { share: (await stopWatching())['api'] ?? Number.NaN, changed, asked: asked.length };
}

/** So many listen to a feed. Answers the share of one processor that it takes the process which feeds them. */
export async function watchFeed(
  pid: number,
  url: string,
  { cookies, seconds }: { cookies: readonly string[]; seconds: number },
): Promise<Watched & { bytes: number }> {
  let messages = 0;
  let bytes = 0;
  const listeners: ClientRequest[] = [];
  try {
    for (const cookie of cookies) {
      const listener = request(url, { headers: { cookie, accept: 'text/event-stream' } });
      listeners.push(listener);
      listener.on('response', (reply) => {
        reply.on('data', (part: Buffer) => {
          messages += part.toString().split('\n\n').length - 1;
          bytes += part.length;
        });
        reply.on('error', () => undefined);
      });
      listener.on('error', () => undefined);
      listener.end();
      await once(listener, 'response');
    }
    await delay(1_000);
    [messages, bytes] = [0, 0];
    const stopWatching = await watchCpu({ api: pid });
    await delay(seconds * 1_000);
    const share = (await stopWatching())['api'] ?? Number.NaN;
    return { share, changed: messages, asked: messages, bytes: messages === 0 ? 0 : Math.round(bytes / messages) };
  } finally {
    for (const listener of listeners) listener.destroy();
  }
}
