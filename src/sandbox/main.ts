import { parseArgs } from 'node:util';
import { createLog } from '../platform/log.ts';
import { FaultRuleSchema } from '../domain/partner-fault.ts';
import { createSandbox } from './sandbox.ts';

/** `node src/sandbox/main.ts [--port 8090] [--speed 1] [--seed 1] [--fault RULE]`: one log line when it listens, until SIGTERM or SIGINT. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8090' },
    host: { type: 'string', default: '127.0.0.1' },
    speed: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    // Each the body of a `POST /_sandbox/faults`, in place before the first request.
    fault: { type: 'string', multiple: true, default: [] },
  },
});

const log = createLog({ level: 'info', name: 'sandbox' });
const sandbox = createSandbox({
  log,
  speed: Number(values.speed),
  seed: Number(values.seed),
  // A Redis that outlives this process remembers every id for ever.
  ordersFrom: Math.floor(Date.now() / 1_000) % 30_000_000,
  picker: { outcome: 'seeded' },
});
for (const rule of values.fault) sandbox.faults.add(FaultRuleSchema.parse(JSON.parse(rule)));
const { url, close } = await sandbox.listen(Number(values.port), values.host);
log.info({ url }, 'sandbox.listening');

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void close());
