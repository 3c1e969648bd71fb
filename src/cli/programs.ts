import { fileURLToPath } from 'node:url';

/** The long-running programs that the command starts as processes of their own: paths of their entry files. */
export interface Programs {
  api: string;
  worker: string;
  sandbox: string;
}

const toPath = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export const programs: Programs = {
  api: toPath('../main.ts'),
  worker: toPath('../../workers/main.ts'),
  sandbox: toPath('../sandbox/main.ts'),
};
