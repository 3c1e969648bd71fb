import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowBytesMax, toUnreadable } from '../../../src/domain/unreadable-row.ts';
import { cutAt, cutEvery, readUpload } from './read-upload.ts';

const linesOf = async (...pieces: (string | Buffer)[]) => (await readUpload({ body: pieces })).lines;
const codes = (lines: string[]) => lines.map((line) => toUnreadable(line)?.code ?? line);

describe('NDJSON', () => {
  test('comes through as it was sent, to the byte', async () => {
    const body = '{"a":1}\n{ "b" : "é\\n" }\r\n\t{"c":[]}\n';
    expect(await linesOf(body)).toEqual(['{"a":1}', '{ "b" : "é\\n" }\r', '\t{"c":[]}']);
  });

  test('need not end its last line, and blank lines are no rows', async () => {
    expect(await linesOf('\n\r\n{"a":1}\n \t \n\n{"b":2}')).toEqual(['{"a":1}', '{"b":2}']);
    expect(await linesOf('')).toEqual([]);
    expect(await linesOf('\n\n')).toEqual([]);
  });

  test('is the same rows wherever the network cuts it', async () => {
    const body = Buffer.from('\uFEFF{"a":"ä€😀"}\r\n\nnonsense\n{"b":2}\n  \n{"c":3}');
    const whole = await linesOf(body);
    expect(codes(whole)).toEqual(['{"a":"ä€😀"}\r', 'row.json', '{"b":2}', '{"c":3}']);
    for (let at = 0; at <= body.length; at += 1) expect(await linesOf(...cutAt(body, at))).toEqual(whole);
    for (const size of [1, 2, 3, 7]) expect(await linesOf(...cutEvery(body, size))).toEqual(whole);
  });

  test('of any lines in any pieces has a line for each that is not blank', async () => {
    const line = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify({ value })),
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\n\uFEFF]/g, '')),
      fc.constantFrom('', ' ', '\r', '!{"code":"x","detail":"y"}'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 40 }), async (lines, size) => {
        const bytes = Buffer.from(lines.join('\n').toWellFormed());
        const expected = lines.map((text) => text.toWellFormed()).filter((text) => /[^ \t\r]/.test(text));
        const read = await linesOf(...cutEvery(bytes, size));
        expect(read.map((text, at) => (toUnreadable(text) === undefined ? text : `!${at}`))).toEqual(
          expected.map((text, at) => (/^[ \t\r]*\{/.test(text) ? text : `!${at}`)),
        );
      }),
    );
  });
});

describe('a line of NDJSON that can be no row is kept as one that tells why:', () => {
  test.each(['[1]', '"a"', '7', 'null', 'x', '}', '!{"code":"row.forged","detail":""}', ']'])('%j', async (line) => {
    const lines = await linesOf(`{"a":1}\n${line}\n{"b":2}\n`);
    expect(codes(lines)).toEqual(['{"a":1}', 'row.json', '{"b":2}']);
    expect(toUnreadable(lines[1] ?? '')).toMatchObject({ detail: 'is not one JSON object', text: line });
  });

  test('not UTF-8, without harm to those beside it', async () => {
    const latin1 = Buffer.from('{"name":"caf\xe9"}\n', 'latin1');
    const lines = await linesOf(Buffer.concat([Buffer.from('{"a":"é"}\n'), latin1, Buffer.from('{"b":2}\n')]));
    expect(codes(lines)).toEqual(['{"a":"é"}', 'row.encoding', '{"b":2}']);
  });

  test('longer than 64 KiB, and one byte less is a row', async () => {
    const row = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    const pieces = cutEvery(
      Buffer.from(`${row(rowBytesMax)}\n${row(rowBytesMax + 1)}\n${row(1_048_576)}\n{"b":2}`),
      10_000,
    );
    const lines = await linesOf(...pieces);
    expect(codes(lines)).toEqual([row(rowBytesMax), 'row.too_large', 'row.too_large', '{"b":2}']);
    expect(lines[2]?.length).toBeLessThan(400);
  });
});

test('a line that never ends is held no longer than a row may be', async () => {
  const piece = Buffer.alloc(65_536, 'x');
  async function* endless(pieces: number) {
    for (let at = 0; at < pieces; at += 1) yield Promise.resolve(piece);
  }
  const before = process.memoryUsage();
  const { lines, bytes } = await readUpload({ body: endless(4_000) });
  expect(codes(lines)).toEqual(['row.too_large']);
  expect(bytes).toBe(4_000 * piece.length);
  expect(process.memoryUsage().rss - before.rss).toBeLessThan(64 * 1_048_576);
});
