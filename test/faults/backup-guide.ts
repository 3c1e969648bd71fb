import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { promisify } from 'node:util';
import { cacheHome } from '../../src/platform/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { findRedisBinary } from '../../src/platform/redis-binary.ts';

const guide = readFileSync(new URL('../../docs/operate/backup.md', import.meta.url), 'utf8');

/** The commands of docs/operate/backup.md that stand under this name, as they stand there. */
export function commandsOf(name: string): string {
  const [, indent, commands] = new RegExp(`^( *)\`\`\`\\w+ ${name}\\n([^]*?)^ *\`\`\`$`, 'm').exec(guide) ?? [];
  if (commands === undefined) throw new Error(`docs/operate/backup.md has no commands named ${name}`);
  return commands.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
}

/** Runs them as an operator does: after those that say where everything is, and the first that fails ends it. */
export async function runCommands(name: string, where: Readonly<Record<string, string>>): Promise<void> {
  const redis = await findRedisBinary(cacheHome(), createLog({ level: 'silent', name: 'guide' }));
  // Its tools lie beside the server.
  const tools = isAbsolute(redis.command) ? [dirname(redis.command)] : [];
  const env = { ...redis.env, ...where, PATH: [...tools, process.env['PATH'] ?? ''].join(':') };
  const script = `${commandsOf('settings')}\n${commandsOf(name)}`;
  await promisify(execFile)('sh', ['-eu', '-c', script], { env });
}
