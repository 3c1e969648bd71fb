import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModule, type Module } from './read-module.ts';

const repositoryRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const readText = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

/** Every file that git would track, by its path from the root: all but what `.gitignore` names. */
export function listFiles(): string[] {
  const ignored = readText('.gitignore').split('\n').filter(Boolean);
  const isIgnored = (name: string): boolean =>
    name === '.git' ||
    ignored.some((line) => (line.startsWith('*') ? name.endsWith(line.slice(1)) : name === line.replace(/\/$/, '')));

  const walk = (folder: string): string[] =>
    readdirSync(join(repositoryRoot, folder), { withFileTypes: true })
      .filter((entry) => !isIgnored(entry.name))
      .flatMap((entry) => {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        return entry.isDirectory() ? walk(path) : [path];
      });
  return walk('').sort();
}

/** All code of the repository, read. */
export const readModules = (paths: readonly string[]): Module[] =>
  paths.filter((path) => /\.(ts|mjs|js)$/.test(path)).map((path) => readModule(path, readText(path)));
