import { Failure, toFailure } from '../domain/failure.ts';

/** First words of replies by which a Redis says that it cannot serve now: failing over, full, loading, not persisting. */
const replyPrefixes = [
  'READONLY', 'OOM', 'LOADING', 'MISCONF', 'CLUSTERDOWN', 'MASTERDOWN', 'NOREPLICAS', 'TRYAGAIN', 'BUSY', 'EXECABORT',
  'NOAUTH', 'WRONGPASS', 'NOPERM', 'UNBLOCKED',
]; // prettier-ignore

/** Errors that ioredis makes itself: it has no classes for most of them. */
const clientNames = new Set(['MaxRetriesPerRequestError', 'AbortError', 'ClusterAllFailedError']);
const clientMessages = new Set([
  'Connection is closed.',
  'Command timed out',
  "Stream isn't writeable and enableOfflineQueue options is false",
  "Cluster isn't ready and enableOfflineQueue options is false",
  'None of startup nodes is available',
  'Cluster is disconnected.',
  'Cluster is disconnecting.',
  'Node is disconnected',
]);
/** A cluster that is failing over: asked again and again, and every time somebody said that it is not the one. */
const clusterGaveUp = 'Too many Cluster redirections.';
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** Whether an error of the store means that Redis cannot serve now, and nothing is wrong with the request or our code. */
export function isRedisAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ReplyError') return replyPrefixes.some((prefix) => isPrefixed(error.message, prefix));
  if (clientNames.has(error.name) || clientMessages.has(error.message)) return true;
  if (error.message.startsWith(clusterGaveUp)) return true;
  return 'code' in error && typeof error.code === 'string' && socketCodes.has(error.code);
}

/** Whatever the store threw, as a Failure: `redis.away` (transient) where it is Redis that cannot serve now. */
export const toStoreFailure = (error: unknown): Failure =>
  isRedisAway(error)
    ? new Failure('transient', 'redis.away', 'the store cannot be reached', { cause: error })
    : toFailure(error);

/** A script reports its failing command's error with the script's own words around it. */
const isPrefixed = (message: string, prefix: string): boolean =>
  message.startsWith(prefix) || message.startsWith(`-${prefix}`) || message.includes(`: -${prefix}`);

/** An error for the log. Never the object itself: a Redis error carries its command, and that the documents in it. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
