import { composeBase } from '../compose.ts';
import type { Config } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { openPrivateLog } from '../platform/private-log.ts';
import { replayErasures, type Replay } from '../store/replay-erasures.ts';

/** Does what this home's log of erasures says, as every start does, and another log where one is given. */
export async function replayLog(config: Config, path: string | undefined): Promise<Replay> {
  const log = createLog({ level: config.logLevel, name: 'erasures' });
  const base = await composeBase(config, { name: 'erasures', profile: 'producer', log, replaysErasures: false });
  try {
    const logs = [base.erasureLog, ...(path === undefined ? [] : [openPrivateLog(path)])];
    const lines = (await Promise.all(logs.map((one) => one.read()))).flat();
    return await replayErasures(base.redis, base.stores, lines);
  } finally {
    await base.close(1_000);
  }
}
