import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toUnreadable } from '../../../src/domain/unreadable-row.ts';
import { cutAt, cutEvery, readUpload } from './read-upload.ts';

const linesOf = async (...pieces: (string | Buffer)[]) =>
  (await readUpload({ type: 'application/json', body: pieces })).lines;
const codes = (lines: string[]) => lines.map((line) => toUnreadable(line)?.code ?? line.trim());

describe('a JSON document', () => {
  test('of products and one of inventory each have their own name for the rows', async () => {
    expect(await linesOf('{"items":[{"a":1},{"b":2}]}')).toEqual(['{"a":1}', '{"b":2}']);
    const products = {
      kind: 'products',
      type: 'application/json; charset=UTF-8',
      body: ['{"products":[{"a":1}]}'],
    } as const;
    expect((await readUpload(products)).lines).toEqual(['{"a":1}']);
    await expect(readUpload({ ...products, kind: 'inventory' })).rejects.toMatchObject({ code: 'rows.json' });
  });

  test('may be without rows, and laid out as anybody likes', async () => {
    expect(await linesOf('{"items":[]}')).toEqual([]);
    expect(await linesOf(' {\r\n "items" :\t[ \n ] }\n\n')).toEqual([]);
    const rows = [{ a: ['x,y', '}]', '\\"', '"\n'] }, { b: { c: [1, { d: null }] } }];
    const lines = await linesOf(JSON.stringify({ items: rows }, null, 2));
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(rows);
  });

  test('loses nothing of a row: digits, members that are there twice, escapes', async () => {
    const row = '{"a":1.50,"a":12345678901234567890,"b":"\\u00e9"}';
    expect(await linesOf(`{"items":[${row}]}`)).toEqual([row]);
  });

  test('is the same rows wherever the network cuts it', async () => {
    const body = Buffer.from('\uFEFF{ "items": [ {"a":"\\\\\\"]}é😀"} ,\n {"b":[[]]},7 ] } ');
    const expected = ['{"a":"\\\\\\"]}é😀"}', '{"b":[[]]}', 'row.json'];
    for (let at = 0; at <= body.length; at += 1) {
      expect(codes(await linesOf(...cutAt(Buffer.from(body), at)))).toEqual(expected);
    }
    for (const size of [1, 2, 3, 7]) expect(codes(await linesOf(...cutEvery(body, size)))).toEqual(expected);
  });

  test('of any objects in any pieces gives these objects', async () => {
    const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }), { maxKeys: 4 });
    const indent = fc.constantFrom('', 1, '\t', 7);
    await fc.assert(
      fc.asyncProperty(fc.array(object), indent, fc.integer({ min: 1, max: 60 }), async (rows, space, size) => {
        const text = JSON.stringify({ items: rows }, null, space);
        const lines = await linesOf(...cutEvery(Buffer.from(text), size));
        expect(lines.map((line): unknown => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(rows)));
      }),
    );
  });
});

describe('in a JSON document a row may be wrong without harm to the others:', () => {
  test.each([
    ['no object', '[1]', 'row.json'],
    ['a number', '7', 'row.json'],
    ['too long', `{"a":"${'x'.repeat(70_000)}"}`, 'row.too_large'],
    ['its member not quoted', '{a:1}', '{a:1}'],
    ['two without a comma', '{"a":1} {"b":2}', '{"a":1} {"b":2}'],
    ['a bare line break in a string', '{"a":"x\ny"}', '{"a":"x\u0001y"}'],
  ])('%s', async (_, row, seen) => {
    expect(codes(await linesOf(`{"items":[{"a":1},${row},{"b":2}]}`))).toEqual(['{"a":1}', seen, '{"b":2}']);
  });
});

describe('a JSON document is refused as a whole', () => {
  test.each([
    '[{"a":1}]',
    '{"rows":[{"a":1}]}',
    '{"merchant":"m","items":[]}',
    '{"items":{"a":1}}',
    '{"items":[{"a":1}],"mode":"full"}',
    '{"items":[{"a":1}]}}',
    '{"items":[{"a":1}]} {"items":[]}',
    '{"items":[{"a":1},]}',
    '{"items":[,{"a":1}]}',
    '{"items":[{"a":1},,{"b":2}]}',
    '{"items":[{"a":1}}',
    `{"items":${' '.repeat(2_000)}[]}`,
    '{"a":1}\n{"b":2}\n',
  ])('when it is %s', async (body) => {
    await expect(linesOf(body)).rejects.toMatchObject({ kind: 'malformed', code: 'rows.json' });
    await expect(linesOf(...cutEvery(Buffer.from(body), 1))).rejects.toMatchObject({ code: 'rows.json' });
  });

  test.each([
    '',
    ' ',
    '{"items"',
    '{"items":[',
    '{"items":[{"a":1}',
    '{"items":[{"a":1},',
    '{"items":[{"a":"',
    '{"items":[{"a":1}]',
  ])('when it breaks off at %j', async (body) => {
    await expect(linesOf(body)).rejects.toMatchObject({ kind: 'aborted', code: 'rows.incomplete' });
  });
});
