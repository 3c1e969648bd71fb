import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';

const require = createRequire(import.meta.url);
const own = (name: string): URL => new URL(`assets/${name}`, import.meta.url);

/** Everything that a page loads, served by this process. A new one is a line here. */
const sources = {
  'console.css': { from: own('console.css'), type: 'text/css; charset=utf-8' },
  'console.js': { from: own('console.js'), type: 'text/javascript; charset=utf-8' },
  'htmx.js': { from: require.resolve('htmx.org/dist/htmx.min.js'), type: 'text/javascript; charset=utf-8' },
  'hx-sse.js': { from: require.resolve('htmx.org/dist/ext/hx-sse.min.js'), type: 'text/javascript; charset=utf-8' },
  // Of the Overview alone.
  'charts.js': { from: own('charts.js'), type: 'text/javascript; charset=utf-8' },
  'uplot.js': { from: require.resolve('uplot/dist/uPlot.iife.min.js'), type: 'text/javascript; charset=utf-8' },
  'uplot.css': { from: require.resolve('uplot/dist/uPlot.min.css'), type: 'text/css; charset=utf-8' },
} as const;
export type AssetName = keyof typeof sources;

interface Asset {
  path: string;
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
  zipped: Uint8Array<ArrayBuffer>;
}

const load = (name: string, { from, type }: { from: URL | string; type: string }): Asset => {
  // The map of a minified file is not served.
  const text = readFileSync(from, 'utf8').replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, '');
  const bytes = new Uint8Array(Buffer.from(text));
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 12);
  const path = `/ops/assets/${name.replace(/\.(\w+)$/, `.${hash}.$1`)}`;
  return { path, type, bytes, zipped: new Uint8Array(gzipSync(bytes, { level: 9 })) };
};

let loaded: ReadonlyMap<string, Asset> | undefined;
const assets = (): ReadonlyMap<string, Asset> =>
  (loaded ??= new Map(Object.entries(sources).map(([name, source]) => [name, load(name, source)])));

/** Where a page finds it: the name holds a digest of the content, so that browsers may keep it for ever. */
export const assetPath = (name: AssetName): string => assets().get(name)?.path ?? '';

/** The answer to a request for an asset; null when there is none (any more). */
export function serveAsset(path: string, acceptEncoding: string | undefined): Response | null {
  const asset = [...assets().values()].find((one) => one.path === path);
  if (asset === undefined) return null;
  const zips = /\bgzip\b/.test(acceptEncoding ?? '');
  return new Response(zips ? asset.zipped : asset.bytes, {
    headers: {
      'Content-Type': asset.type,
      'Cache-Control': 'public, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
      ...(zips ? { 'Content-Encoding': 'gzip' } : {}),
    },
  });
}
