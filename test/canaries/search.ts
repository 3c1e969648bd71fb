import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { Canary } from './canaries.ts';

/** A canary where it was found: `place` says where that was looked for, `as` how it was written there. */
export interface Sighting {
  canary: string;
  kind: Canary['kind'];
  as: string;
  place: string;
}

interface Needle {
  canary: Canary;
  as: string;
  text: string;
}

export interface Search {
  /** The canaries in a text or in bytes, whatever they are wrapped in. */
  in(place: string, content: string | Uint8Array): Sighting[];
}

/** In other letters, or with other accents, it is the same name. */
const fold = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** As base64 has it at each of the three places where it may begin; what it shares with its neighbours is cut off. */
function base64Of(word: string): string[] {
  const bytes = Buffer.from(word);
  return [0, 1, 2].flatMap((lead) => {
    const encoded = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const begin = Math.ceil((lead * 8) / 6);
    const end = Math.floor(((lead + bytes.length) * 8) / 6);
    const core = encoded.slice(begin, end);
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

const escapeAs = (word: string, escape: (code: number) => string, of: RegExp): string =>
  word.replaceAll(of, (char) => Array.from({ length: char.length }, (_, at) => escape(char.charCodeAt(at))).join(''));
const hex4 = (code: number): string => code.toString(16).padStart(4, '0');

/** How a word may be written. Those that letters' case is part of are looked for as they are, all others folded. */
function spellingsOf(word: string): { as: string; text: string; exact?: true }[] {
  const url = encodeURIComponent(word);
  const form = new URLSearchParams({ '': word }).toString().slice(1);
  const html = word.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
  return [
    { as: 'plain', text: word },
    { as: 'json', text: JSON.stringify(word).slice(1, -1) },
    { as: 'json of json', text: JSON.stringify(JSON.stringify(word).slice(1, -1)).slice(1, -1) },
    { as: 'json in ASCII', text: escapeAs(word, (code) => `\\u${hex4(code)}`, /[^\u0000-\u007f]/gu) }, // oxlint-disable-line no-control-regex
    { as: 'url', text: url },
    { as: 'url twice', text: encodeURIComponent(url) },
    { as: 'form', text: form },
    { as: 'html', text: html },
    { as: 'hex', text: Buffer.from(word).toString('hex') },
    { as: 'latin-1', text: Buffer.from(word).toString('latin1') },
    ...base64Of(word).map((text) => ({ as: 'base64', text, exact: true as const })),
    ...base64Of(word.toLowerCase()).map((text) => ({ as: 'base64 of lower case', text, exact: true as const })),
  ];
}

/** What lies under compression, wherever it begins with one's mark. */
const unpackers: readonly (readonly [magic: readonly number[], unpack: (bytes: Uint8Array) => Buffer])[] = [
  [[0x28, 0xb5, 0x2f, 0xfd], (bytes) => zstdDecompressSync(bytes)],
  [[0x1f, 0x8b], (bytes) => gunzipSync(bytes)],
  [[0x78, 0x9c], (bytes) => inflateSync(bytes)],
];

function unpack(bytes: Uint8Array): Buffer[] {
  return unpackers.flatMap(([magic, open]) => {
    if (!magic.every((byte, at) => bytes[at] === byte)) return [];
    try {
      return [open(bytes)];
    } catch {
      // Began like it, and is something else.
      return [];
    }
  });
}

/** Long runs of base64 may be something compressed; whatever is in them uncompressed is found by its own spelling. */
const unpackRuns = (text: string): Buffer[] =>
  (text.match(/[A-Za-z0-9+/_-]{24,}/g) ?? []).flatMap((run) => unpack(Buffer.from(run, 'base64')));

/** Needles by how they begin: a text is walked through once, whatever their number. */
class Haystack {
  readonly #byStart = new Map<string, Needle[]>();

  add(needle: Needle): void {
    const start = needle.text.slice(0, needleCharsMin);
    const begun = this.#byStart.get(start) ?? [];
    if (begun.some(({ canary, text }) => canary === needle.canary && text === needle.text)) return;
    this.#byStart.set(start, [...begun, needle]);
  }

  in(text: string): Needle[] {
    const found = new Set<Needle>();
    for (let at = 0; at + needleCharsMin <= text.length; at += 1) {
      for (const needle of this.#byStart.get(text.slice(at, at + needleCharsMin)) ?? []) {
        if (text.startsWith(needle.text, at)) found.add(needle);
      }
    }
    return [...found];
  }
}
const needleCharsMin = 7;

export function makeSearch(canaries: readonly Canary[]): Search {
  const [exact, folded] = [new Haystack(), new Haystack()];
  for (const canary of canaries) {
    if (canary.words.length === 0) throw new Error(`the canary ${canary.name} is too short to be looked for`);
    for (const word of canary.words) {
      for (const { as, text, exact: isExact } of spellingsOf(word)) {
        const needle = { canary, as, text: isExact ? text : fold(text) };
        if (needle.text.length >= needleCharsMin) (isExact ? exact : folded).add(needle);
      }
    }
  }

  function search(place: string, content: string | Uint8Array, depth: number): Sighting[] {
    const text = typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
    const found = [...exact.in(text), ...folded.in(fold(text))].map(({ canary, as }): Sighting => ({
      canary: canary.name,
      kind: canary.kind,
      as,
      place,
    }));
    if (depth === 0) return found;
    const packed = [...(typeof content === 'string' ? [] : unpack(content)), ...unpackRuns(text)];
    return [...found, ...packed.flatMap((inner) => search(`${place} (unpacked)`, inner, depth - 1))];
  }

  return { in: (place, content) => search(place, content, 2) };
}
