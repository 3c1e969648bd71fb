import { Failure } from '../../../domain/failure.ts';
import type { HttpReply } from '../../../platform/http.ts';
import type { ConnectorCall, ConnectorIo } from '../../io.ts';
import { toBaseUrl, type NashSettings } from './settings.ts';

export type NashRequest = Omit<ConnectorCall, 'url' | 'headers'> & { path: string };

/**
 * One call with the merchant's key, read by `read`. A 429 that it throws rests the budget for all who share it.
 * @throws what `io.call` and `read` throw
 */
export async function exchange<T>(
  settings: NashSettings,
  io: ConnectorIo,
  { path, ...call }: NashRequest,
  read: (reply: HttpReply) => T,
): Promise<T> {
  const { apiKey, orgId } = settings;
  const reply = await io.call({
    ...call,
    url: toBaseUrl(settings) + path,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${apiKey}`,
      ...(orgId === undefined ? {} : { 'nash-org-id': orgId }),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
  });
  try {
    return read(reply);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'throttled') await io.throttled(call.budget, error.retryAfterMs);
    throw error;
  }
}
