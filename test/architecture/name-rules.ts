import { isBuiltin } from 'node:module';
import { basename } from 'node:path/posix';
import { connectorFolderOf, isProductCode } from './import-rules.ts';
import type { Module } from './read-module.ts';

export interface Repository {
  modules: readonly Module[];
  /** Every tracked file. */
  paths: readonly string[];
  /** Packages that package.json declares. */
  packages: { product: readonly string[]; development: readonly string[] };
}

export const lineCountMax = 250;
const vagueNames = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'type', 'types']);

const stemOf = (path: string): string => basename(path).replace(/(\.[a-z]+)+$/, '');

/** Every file whose name, size, exports or partner file break a rule, and what to do instead. */
export function checkNames(repository: Repository): string[] {
  return [
    ...repository.modules.flatMap((module) => [
      ...checkFileName(module.path),
      ...checkSize(module),
      ...checkExports(module),
      ...checkSpecifiers(module, repository.packages),
    ]),
    ...checkJobs(repository.modules),
    ...checkConnectors(repository),
  ];
}

function checkFileName(path: string): string[] {
  const vague = path.split('/').find((part) => vagueNames.has(stemOf(part)));
  if (vague !== undefined) {
    return [`${path}: "${vague}" says nothing. Name it for the one thing in it, and split it if there are several.`];
  }
  const isKebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config|d))?\.(ts|mjs|js)$/.test(basename(path));
  return isKebab ? [] : [`${path}: rename it in kebab-case, for its main export.`];
}

function checkSize({ path, lineCount }: Module): string[] {
  if (!isProductCode(path) || lineCount <= lineCountMax) return [];
  return [`${path} has ${lineCount} lines of ${lineCountMax}. Split it by reason to change.`];
}

function checkExports({ path, defaultExportLines, onlyReexports }: Module): string[] {
  const mayDefault = /^workers\/[^/]+\.ts$/.test(path) || /^[^/]+\.config\.ts$/.test(path);
  return [
    ...(mayDefault
      ? []
      : defaultExportLines.map((line) => `${path}:${line} exports a default. Export it by its name.`)),
    ...(onlyReexports ? [`${path} only re-exports. Delete it, and import from where things are defined.`] : []),
    ...(basename(path) === 'index.ts' && path !== `${connectorFolderOf(path)}/index.ts`
      ? [`${path}: only a connector's folder has an index. Name it for its main export.`]
      : []),
  ];
}

function checkSpecifiers({ path, imports }: Module, packages: Repository['packages']): string[] {
  const declared = isProductCode(path) ? packages.product : [...packages.product, ...packages.development];
  return imports.flatMap(({ specifier, line }) => {
    if (specifier === null || specifier.startsWith('node:')) return [];
    if (specifier.startsWith('.')) {
      return /\.(ts|mjs|json)$/.test(specifier)
        ? []
        : [`${path}:${line} imports ${specifier}. Write the file's ending.`];
    }
    if (isBuiltin(specifier)) return [`${path}:${line} imports ${specifier}. Write node:${specifier}.`];
    const isDeclared = declared.some((name) => specifier === name || specifier.startsWith(`${name}/`));
    return isDeclared ? [] : [`${path}:${line} imports ${specifier}, which package.json does not declare for it.`];
  });
}

const workerFor = (job: string): string => `workers/${stemOf(job)}.ts`;
const jobFor = (worker: string): string => `src/queues/${stemOf(worker)}.ts`;

function checkJobs(modules: readonly Module[]): string[] {
  const jobs = modules.filter(({ path, definedJobs }) => path.startsWith('src/queues/') && definedJobs.length > 0);
  const workers = modules.filter(({ path }) => path.startsWith('workers/') && path !== 'workers/main.ts');
  return [
    ...jobs.flatMap(({ path, definedJobs }) => [
      ...(workers.some((worker) => worker.path === workerFor(path))
        ? []
        : [`${path} defines a job that nobody does. Write ${workerFor(path)}.`]),
      ...(definedJobs.length === 1 ? [] : [`${path} defines ${definedJobs.length} jobs. Give each a file of its own.`]),
      ...definedJobs
        .filter((name) => name !== stemOf(path))
        .map((name) => `${path} names its job ${JSON.stringify(name)}. Write name: '${stemOf(path)}', as a literal.`),
    ]),
    ...workers
      .filter(({ path }) => !jobs.some((job) => job.path === jobFor(path)))
      .map(({ path }) => `${path} does a job that nothing defines. Call defineJob in ${jobFor(path)}, or delete it.`),
  ];
}

function checkConnectors({ modules, paths }: Repository): string[] {
  const folders = new Set(modules.flatMap(({ path }) => connectorFolderOf(path) ?? []));
  return [...folders]
    .filter((folder) => !folder.startsWith('src/connectors/vendor/'))
    .flatMap((folder) => {
      const slug = basename(folder);
      const index = modules.find(({ path }) => path === `${folder}/index.ts`);
      const isTested = paths.some(
        (path) =>
          path.startsWith('test/connectors/') &&
          path.split('/').some((part) => part === slug || part === `${slug}.test.ts`),
      );
      return [
        ...(index === undefined ? [`${folder} has no index.ts. Define the connector there.`] : []),
        ...(index === undefined || index.ids.includes(slug)
          ? []
          : [`${folder}/index.ts declares no id: '${slug}'. Folder and id carry one name, as a literal.`]),
        ...(isTested ? [] : [`${folder} has no test. Write test/connectors/${slug}.test.ts or a folder of that name.`]),
      ];
    });
}
