/**
 * Loaded into a Packline process (`--import`) to kill it (SIGKILL, by its own hand) at a named point of its work, the n-th
 * time that it gets there: `CRASH_AT=after-reply:3`. Nothing in Packline knows of this: the points are seen from outside,
 * where its HTTP client and its Redis client announce what they do.
 *
 * | point         | the process dies                                                                               |
 * |---------------|------------------------------------------------------------------------------------------------|
 * | before-send   | with the intent committed, before the first byte of a call to a partner or subscriber            |
 * | after-send    | when the whole call has left, and nothing is known of its answer                               |
 * | after-reply   | when the whole answer has come, and nothing of it is stored                                    |
 * | before-commit | before a script that changes state is sent to Redis                                            |
 * | after-commit  | when Redis has done it and said so, before anybody learns of it                                |
 */
import { subscribe } from 'node:diagnostics_channel';
import { Redis } from 'ioredis';

export const crashPoints = ['before-send', 'after-send', 'after-reply', 'before-commit', 'after-commit'] as const;
export type CrashPoint = (typeof crashPoints)[number];

const [point, count] = (process.env['CRASH_AT'] ?? '').split(':');
let left = Number(count ?? 0);

function reach(reached: CrashPoint): void {
  if (reached !== point) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

if (point !== undefined && point !== '') {
  subscribe('undici:request:create', () => reach('before-send'));
  subscribe('undici:request:bodySent', () => reach('after-send'));
  subscribe('undici:request:trailers', () => reach('after-reply'));

  // oxlint-disable-next-line typescript/unbound-method -- called with the `this` of each call below
  const sendCommand = Redis.prototype.sendCommand;
  Redis.prototype.sendCommand = function send(this: Redis, ...sent) {
    const [command] = sent;
    if (!isChange(command)) return sendCommand.apply(this, sent);
    reach('before-commit');
    const reply = sendCommand.apply(this, sent);
    void command.promise.then(
      () => reach('after-commit'),
      () => undefined,
    );
    return reply;
  };
}

/** Our scripts that change state have a shard's tag as their key and carry JSON; those that hand work over carry none. */
function isChange({ name, args }: { name: string; args: readonly unknown[] }): boolean {
  return (
    name === 'evalsha' &&
    /^\{pl:\d+\}$/.test(String(args[2])) &&
    args.some((arg) => typeof arg === 'string' && arg.startsWith('{"'))
  );
}
