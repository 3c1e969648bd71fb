import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../src/cli/packline.mjs', import.meta.url));

/** What stands in for npm and packline on the PATH of a guide: the command runs; what would start a server is noted. */
const shims = (parsedOnly: readonly string[]) => ({
  packline: `case "\${1:-}" in ${parsedOnly.join('|')}) echo "$*" >> "$NOTED";; *) exec "${process.execPath}" "${launcher}" "$@";; esac`,
  npm: `case "$*" in
  ci|test) ;;
  start|'start -- '*) shift; [ $# -eq 0 ] || shift; exec packline up "$@" ;;
  'run packline -- '*) shift 3; exec packline "$@" ;;
  *) echo "no guide says npm $*" >&2; exit 97 ;;
esac`,
});

export interface GuideRun {
  code: number;
  said: string;
  /** Commands that were only noted, as their arguments. */
  noted: string[];
}

/** Runs the blocks of one document one after the other in one shell, as its reader does; the first that fails ends it. */
export async function runGuide(
  folder: string,
  blocks: readonly string[],
  options: { env: Readonly<Record<string, string>>; parsedOnly: readonly string[] },
): Promise<GuideRun> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  for (const [name, script] of Object.entries(shims(options.parsedOnly))) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  // Without it curl ends with 0 whatever was answered.
  await writeFile(join(folder, '.curlrc'), 'fail-with-body\nmax-time = 30\n');
  const noted = join(folder, 'noted');
  await writeFile(noted, '');
  const path = [bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(':');
  const env = {
    ...options.env,
    PATH: path,
    HOME: folder,
    CURL_HOME: folder,
    NOTED: noted,
    NO_COLOR: '1',
    // What was compiled is kept between runs (vitest.config.ts).
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(dirname(folder), 'compiled'),
  };
  const { code, said } = await new Promise<{ code: number; said: string }>((resolve) => {
    execFile('bash', ['--norc', '-eux', '-c', blocks.join('\n')], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: `${stdout}\n${stderr}` }),
    );
  });
  return { code, said, noted: (await readFile(noted, 'utf8')).split('\n').filter(Boolean) };
}
