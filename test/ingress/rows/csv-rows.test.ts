import { describe, expect, test } from 'vitest';
import { toUnreadable } from '../../../src/domain/unreadable-row.ts';
import { cutAt, readUpload } from './read-upload.ts';

const header = 'externalProductId,externalStoreLocationId,available';
const linesOf = async (...pieces: (string | Buffer)[]) => (await readUpload({ type: 'text/csv', body: pieces })).lines;
const read = async (...pieces: (string | Buffer)[]) =>
  (await linesOf(...pieces)).map((line): unknown => toUnreadable(line)?.code ?? JSON.parse(line));
const row = (product: string, store = 's', available: unknown = true) => ({
  externalProductId: product,
  externalStoreLocationId: store,
  available,
});

describe('CSV', () => {
  test('is rows under a header, with nested fields by their path', async () => {
    const body = `available,location.aisle,externalProductId,quantity,externalStoreLocationId\ntrue,7,a,5,s\nfalse,,b,,s\n`;
    expect(await read(body)).toEqual([{ ...row('a'), location: { aisle: '7' }, quantity: 5 }, row('b', 's', false)]);
  });

  test.each(['\r\n', '\n', '\r'])('ends its lines with %j, the last one or not', async (end) => {
    const lines = [header, 'a,s,true', 'b,s,false'];
    const expected = [row('a'), row('b', 's', false)];
    expect(await read(lines.join(end))).toEqual(expected);
    expect(await read(lines.join(end) + end)).toEqual(expected);
  });

  test('mixes line ends, empty lines and lines of nothing but commas, as spreadsheets do', async () => {
    expect(await read(`${header}\r\na,s,true\n\r\n,,\nb,s,true\r\n,,\r\n`)).toEqual([row('a'), row('b')]);
  });

  test('quotes commas, line breaks and quotes', async () => {
    expect(await read(`${header}\n"a,""b""",s,true\n"c","s\r\nt",true\n`)).toEqual([row('a,"b"'), row('c', 's\r\nt')]);
  });

  test('takes a quote inside a cell for what it is, without harm to the lines after it', async () => {
    expect(await read(`${header}\n5" pan,s,true\n"x"y,s,true\nb,s,true\n`)).toEqual([
      row('5" pan'),
      row('"x"y'),
      row('b'),
    ]);
  });

  test('is the same rows wherever the network cuts it', async () => {
    const body = Buffer.from(`\uFEFF${header}\r\n"ä,""😀""",s,true\r\n\r\nb,s\r\n`);
    for (let at = 0; at <= body.length; at += 1) {
      expect(await read(...cutAt(body, at))).toEqual([row('ä,"😀"'), 'row.cells']);
    }
  });

  test('may have the notes of a reject file, which say nothing', async () => {
    expect(await read(`_row,${header},_errors\n7,a,s,true,"field.type, /available"\n`)).toEqual([row('a')]);
  });

  test('with a header and no rows is no rows', async () => {
    expect(await read(header)).toEqual([]);
  });
});

describe('a line of CSV that can be no row is kept as one that tells why:', () => {
  test.each([
    ['too few cells', Buffer.from('b,s'), 'row.cells'],
    ['too many', Buffer.from('b,s,true,'), 'row.cells'],
    ['Latin-1', Buffer.from('caf\xe9,s,true', 'latin1'), 'row.encoding'],
    ['a cell of 1 MB', Buffer.from(`"${'x'.repeat(1_048_576)}",s,true`), 'row.too_large'],
  ])('%s', async (_, line, code) => {
    const body = Buffer.concat([Buffer.from(`${header}\na,s,true\n`), line, Buffer.from('\nc,s,true\n')]);
    expect(await read(body)).toEqual([row('a'), code, row('c')]);
  });

  test('the number of cells that there should be', async () => {
    const [line = ''] = await linesOf(`${header}\nb,s\n`);
    expect(toUnreadable(line)).toEqual({
      code: 'row.cells',
      detail: 'has 2 cells under a header of 3',
      text: 'b,s',
    });
  });
});

describe('CSV is refused as a whole', () => {
  test.each([
    ['without a header', '', 'rows.csv', /header line is missing/],
    ['with another column', `${header},price\n`, 'rows.csv', /"price" is no column/],
    ['with semicolons', `${header.replaceAll(',', ';')}\n`, 'rows.csv', /separated by commas/],
    ['without a column', 'externalProductId,available\na,true\n', 'rows.csv', /missing: externalStoreLocationId/],
    ['ending inside quotes', `${header}\na,s,true\n"b,s,true\n`, 'rows.incomplete', /inside quotes/],
    ['with a quote that nothing closes', `${header}\n"a,${'s,true\n'.repeat(700_000)}`, 'rows.csv', /quote not closed/],
  ])('%s', async (_, body, code, message) => {
    await expect(linesOf(body)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('and nothing of what it holds stands in the message', async () => {
    await expect(linesOf(`${header}\n"secret person`)).rejects.not.toMatchObject({
      message: expect.stringContaining('secret'),
    });
  });
});
