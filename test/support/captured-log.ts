import { createLog, type Log } from '../../src/platform/log.ts';

export interface CapturedLog {
  log: Log;
  /** The `noun.pastVerb` of every line so far at info and above. */
  messages(): string[];
  lines(): Record<string, unknown>[];
}

/** A real log whose lines a test can read. */
export function captureLog(level = 'info'): CapturedLog {
  const written: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void written.push(JSON.parse(line)) };
  return {
    log: createLog({ level, name: 'test', destination }),
    messages: () => written.map(({ msg }) => String(msg)),
    lines: () => [...written],
  };
}
