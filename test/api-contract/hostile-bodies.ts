import { gzipSync } from 'node:zlib';
import fc, { type Arbitrary } from 'fast-check';
import { breakJson } from './hostile-json.ts';

export interface Body {
  bytes: Buffer;
  /** The header lines that say what it is. */
  lines: readonly [string, string][];
  chunked?: boolean;
}

const json: [string, string] = ['Content-Type', 'application/json'];
/** No body has no type. */
export const toBody = (content: string | Uint8Array): Body =>
  content.length === 0 ? { bytes: Buffer.alloc(0), lines: [] } : { bytes: Buffer.from(content), lines: [json] };

const types = [
  'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp', 'application/json5', 'application/problem+json',
  'json', '*/*', 'application/json, text/plain',
]; // prettier-ignore

/** Bodies with one thing wrong: in their JSON, in their bytes, in what is said of them, or their size. */
export function breakBody(good: Arbitrary<Body>, bytesMax: number): Arbitrary<Body> {
  const text = good.map(({ bytes }) => bytes.toString());
  const aroundTheLimit = fc.tuple(text, fc.integer({ min: -1, max: 1 }), fc.boolean());
  return fc.oneof(
    { weight: 6, arbitrary: text.chain((sound) => breakJson(JSON.parse(sound === '' ? '{}' : sound))).map(toBody) },
    { weight: 2, arbitrary: fc.tuple(text, fc.nat(), damages).map(([sound, at, damage]) => damage(sound, at)) },
    { weight: 1, arbitrary: fc.tuple(text, fc.constantFrom(...types)).map(([sound, type]) => typed(sound, type)) },
    { weight: 1, arbitrary: aroundTheLimit.map(([sound, over, chunked]) => ({ ...padded(sound, bytesMax + over), chunked })) }, // prettier-ignore
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map(toBody) },
  );
}

const typed = (text: string, type: string): Body => ({ bytes: Buffer.from(text), lines: [['Content-Type', type]] });

/** White space behind a document is still that document. */
const padded = (text: string, size: number): Body => toBody(text.padEnd(size + text.length - Buffer.byteLength(text)));

/** What can happen to a text on its way. */
const damages = fc.constantFrom<(text: string, at: number) => Body>(
  (text, at) => toBody(text.slice(0, at % (text.length + 1))),
  (text) => toBody(`${text}${text}`),
  (text) => toBody(`${text} x`),
  (text) => toBody(`\u{feff}${text}`),
  (text) => toBody(`/**/${text}`),
  (text) => toBody(text.replaceAll('"', "'")),
  (text) => toBody(Buffer.from(text, 'utf16le')),
  (text, at) => {
    const bytes = Buffer.from(text);
    const cut = at % (bytes.length + 1);
    return toBody(Buffer.concat([bytes.subarray(0, cut), Buffer.from([0xff, 0xfe]), bytes.subarray(cut)]));
  },
  (text) => ({ bytes: gzipSync(text), lines: [json, ['Content-Encoding', 'gzip']] }),
  (text) => toBody(gzipSync(text)),
  (text) => ({ bytes: Buffer.from(text), lines: [] }),
  (text) => ({ ...toBody(text), chunked: true }),
  () => toBody(''),
  () => toBody('   '),
);
