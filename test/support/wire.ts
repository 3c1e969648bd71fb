import { connect } from 'node:net';

export interface WireAnswer {
  status: number;
  headers: Headers;
  body: string;
}

/** One connection on which text goes out as it is, a byte for each character, and answers are read as they come. */
export interface Wire {
  write(text: string): void;
  /** Says that nothing more comes, and goes on reading. */
  end(): void;
  /** Cuts it. */
  destroy(): void;
  /** All answers so far, once there are `count` of them or none can come any more. */
  answers(count: number): Promise<readonly WireAnswer[]>;
  readonly isClosed: boolean;
  readonly closed: Promise<void>;
}

/** `bodiless`: the first answer is one to HEAD. */
export function openWire(port: number, { bodiless = false } = {}): Wire {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const answers: WireAnswer[] = [];
  let rest = '';
  let notice = Promise.withResolvers<void>();
  const changed = (): void => {
    notice.resolve();
    notice = Promise.withResolvers();
  };
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1');
    for (;;) {
      const read = readAnswer(rest, bodiless && answers.length === 0);
      if (read === undefined) break;
      answers.push(read.answer);
      rest = rest.slice(read.length);
    }
    changed();
  });
  // The other side is done; whether it says so with a FIN or a reset is its own affair.
  socket.on('end', () => socket.end()).on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      changed();
      resolve();
    });
  });
  return {
    write: (text) => void (socket.writable && socket.write(text, 'latin1')),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    async answers(count) {
      while (answers.length < count && !socket.destroyed) await notice.promise;
      return answers;
    },
    get isClosed() {
      return socket.destroyed;
    },
    closed,
  };
}

function readAnswer(text: string, bodiless: boolean): { answer: WireAnswer; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
  if (end === -1 || Number.isNaN(status)) return undefined;
  const headers = new Headers(lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])); // prettier-ignore
  const hasBody = status >= 200 && status !== 204 && !bodiless;
  const length = end + 4 + (hasBody ? Number(headers.get('content-length')) : 0);
  if (text.length < length) return undefined;
  return { answer: { status, headers, body: Buffer.from(text.slice(end + 4, length), 'latin1').toString() }, length };
}
