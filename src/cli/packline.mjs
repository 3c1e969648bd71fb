#!/usr/bin/env node
// Plain JavaScript that an old Node can read: it only finds a Node that can run the rest.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const wantedMajor = 24;
const main = fileURLToPath(new URL('main.ts', import.meta.url));
const ownNode = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const args = process.argv.slice(2);

if (Number(process.versions.node.split('.')[0]) >= wantedMajor) {
  const { runCli } = await import('./main.ts');
  process.exit(await runCli(args));
} else if (existsSync(ownNode)) {
  // Over the channel the child notices when we are killed.
  const child = spawn(ownNode, [main, ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
} else {
  process.stderr.write(
    `packline: needs Node ${wantedMajor} or newer, this is ${process.versions.node}; ` +
      'run `npm ci` here on Linux, elsewhere install it from https://nodejs.org\n',
  );
  process.exit(1);
}
