import { dirname, join } from 'node:path/posix';
import type { Module } from './read-module.ts';

/** Who may import whom; this table is the documentation. A layer may always import itself. */
export const mayImport: Readonly<Record<string, readonly string[] | 'anything'>> = {
  domain: [],
  platform: ['domain'],
  store: ['domain', 'platform'],
  connectors: ['domain', 'platform'],
  queues: ['domain', 'platform', 'store'],
  delivery: ['domain', 'platform', 'store', 'queues'],
  ingress: ['domain', 'platform', 'store', 'connectors', 'queues'],
  ops: ['domain', 'platform', 'store', 'connectors', 'queues', 'delivery', 'ingress'],
  fulfilment: ['domain', 'platform', 'store', 'connectors', 'queues'],
  bulk: ['domain', 'platform', 'store', 'connectors', 'queues'],
  workers: ['domain', 'platform', 'store', 'connectors', 'queues', 'delivery', 'fulfilment', 'bulk'],
  // The simulators are written from the partners' documents: what they shared with us could not contradict us.
  sandbox: ['src/domain/gs1.ts', 'src/domain/partner-fault.ts', 'src/platform/log.ts', 'src/platform/signature.ts'],
  entry: 'anything',
};

/** Packages that only some layers may know. */
const packageHomes: Readonly<Record<string, readonly string[]>> = {
  bullmq: ['queues', 'ops'],
  ioredis: ['platform', 'store'],
  hono: ['ingress', 'ops', 'sandbox'],
  pino: ['platform'],
};
/** What the domain may know: packages without effects. */
const purePackages = new Set(['zod', 'gs1-barcode-parser-mod']);
// The launcher is plain JavaScript that runs before the rest can: it may look for itself.
const environmentReaders = new Set(['src/platform/config.ts', 'src/cli/packline.mjs']);

/** The layer of a file: a folder of src/, `workers`, or `entry` for what may know everything; undefined for none. */
export function layerOf(path: string): string | undefined {
  if (['src/main.ts', 'workers/main.ts'].includes(path) || /^src\/compose(-\w+)?\.ts$/.test(path)) return 'entry';
  if (path.startsWith('src/cli/')) return 'entry';
  if (path.startsWith('workers/')) return 'workers';
  const folder = /^src\/([^/]+)\//.exec(path)?.[1];
  return folder !== undefined && Object.hasOwn(mayImport, folder) ? folder : undefined;
}

export const isProductCode = (path: string): boolean => path.startsWith('src/') || path.startsWith('workers/');
/** `src/connectors/<kind>/<partner>` of a file inside such a folder. */
export const connectorFolderOf = (path: string): string | undefined =>
  /^src\/connectors\/[^/]+\/[^/]+(?=\/)/.exec(path)?.[0];
const isVendor = (path: string): boolean => path.startsWith('src/connectors/vendor/');

/** Every import of product code that the table or a rule beside it forbids, and what to do instead. */
export function checkImports(modules: readonly Module[]): string[] {
  return modules.filter((module) => isProductCode(module.path)).flatMap(checkModule);
}

function checkModule(module: Module): string[] {
  const layer = layerOf(module.path);
  if (layer === undefined) {
    return [`${module.path} is in no layer. Move it into one of src/{${Object.keys(mayImport).join(',')}}/.`];
  }
  const found = module.imports.flatMap(({ specifier, line }) => {
    const problem = specifier === null ? computed(layer) : checkImport(module.path, layer, specifier);
    return problem === undefined ? [] : [`${module.path}:${line} ${problem}`];
  });
  const environment = environmentReaders.has(module.path) ? [] : module.environmentLines;
  return [
    ...found,
    ...environment.map(
      (line) =>
        `${module.path}:${line} reads process.env. Add the setting to src/platform/config.ts and take it as an argument.`,
    ),
  ];
}

const computed = (layer: string): string | undefined =>
  layer === 'entry'
    ? undefined
    : 'imports a computed path, which no rule can check. Import by literal paths, in a table.';

function checkImport(path: string, layer: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return checkPackage(layer, specifier);
  const target = join(dirname(path), specifier);
  const targetLayer = layerOf(target);
  const allowed = mayImport[layer] ?? [];
  if (allowed === 'anything' && target === 'package.json') return undefined;
  if (targetLayer === undefined) return `imports ${target}, which is in no layer. Product code imports product code.`;
  if (targetLayer === layer) return checkConnectorFolders(path, target);
  if (allowed === 'anything' || allowed.includes(targetLayer) || allowed.includes(target)) return undefined;
  return (
    `imports ${target}, but ${layer} may import only ${allowed.join(', ') || 'itself and zod'}. ` +
    'Take what you need as an argument, or move the shared part to a layer that both may import.'
  );
}

function checkConnectorFolders(path: string, target: string): string | undefined {
  const [own, other] = [connectorFolderOf(path), connectorFolderOf(target)];
  if (own === undefined || other === undefined || own === other) return undefined;
  if (isVendor(target)) return undefined;
  return isVendor(path)
    ? `imports ${other}, but vendor/ knows none of the folders that share it. Move the shared part into vendor/.`
    : `imports ${other}, but connectors know nothing of each other. Move what one vendor's folders share to src/connectors/vendor/.`;
}

function checkPackage(layer: string, specifier: string): string | undefined {
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.replace(/\/.*/, '');
  if (layer === 'domain') {
    return purePackages.has(name)
      ? undefined
      : `imports ${specifier}, but domain is pure. Do it in platform, or take the result as an argument.`;
  }
  const homes = packageHomes[name.startsWith('@hono/') ? 'hono' : name];
  if (homes === undefined || homes.includes(layer)) return undefined;
  return `imports ${specifier}, which only ${homes.join(', ')} may know. Use what these layers export.`;
}
