import type * as z from 'zod';
import { Failure } from '../../../domain/failure.ts';
import type { ConnectorCall, ConnectorIo } from '../../io.ts';
import { readReply, type CallInfo } from './errors.ts';
import { toBaseUrl, type VtexSettings } from './settings.ts';

export interface Request extends CallInfo, Pick<ConnectorCall, 'method' | 'replyBytesMax'> {
  path: string;
  /** Where it is, without a slash at the end; the account's own host unless named. */
  baseUrl?: string;
  budget?: string;
  body?: unknown;
}

/** One call of the account's API, its reply read. Throws the Failures of `readReply`; a 429 is told to the budget. */
export async function sendRequest<T extends z.ZodType>(
  { settings, io }: { settings: VtexSettings; io: ConnectorIo },
  { path, baseUrl = toBaseUrl(settings), body, permission, doneStatus, budget = 'default', ...call }: Request,
  schema: T,
): Promise<z.infer<T>> {
  const { appKey, appToken } = settings;
  const reply = await io.call({
    ...call,
    budget,
    url: baseUrl + path,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-vtex-api-appkey': appKey,
      'x-vtex-api-apptoken': appToken,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { operation } = call;
  const done = doneStatus === undefined ? {} : { doneStatus };
  try {
    return readReply(reply, schema, { operation, permission, ...done }, io.nowMs());
  } catch (error) {
    if (error instanceof Failure && error.kind === 'throttled') await io.throttled(budget, error.retryAfterMs);
    throw error;
  }
}

/** One segment of a path. `.` and `..` cannot be one, escaped or not: URL parsers resolve them (WHATWG URL, 4.4). */
export function segment(id: string): string {
  if (id !== '' && id !== '.' && id !== '..' && id.isWellFormed()) return encodeURIComponent(id);
  throw new Failure('rejected', 'vtex.id_unusable', 'This id cannot be written in a URL, which is how VTEX takes it');
}
