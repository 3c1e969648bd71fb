import { expect, test } from 'vitest';
import { BrokenForm, readUpload } from '../../src/ops/read-upload.ts';

const type = 'multipart/form-data; boundary=----WebKitFormBoundaryAb1';
const line = '------WebKitFormBoundaryAb1';
const part = (head: string, value: string): string =>
  `${line}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
const fileHead = (name: string, said = 'application/vnd.ms-excel'): string => `name="file"; filename="${name}"\r\nContent-Type: ${said}`; // prettier-ignore
const inPieces = (text: string, size: number): ReadableStream<Uint8Array> =>
  ReadableStream.from(
    (function* () {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += size) yield new Uint8Array(bytes.subarray(at, at + size));
    })(),
  );
const textOf = (bytes: ReadableStream<Uint8Array> | undefined): Promise<string> => new Response(bytes).text();

test('the file is the same wherever the network cuts the form, with what looks like its end inside', async () => {
  const content = `a,b\r\n--\r\n------WebKitFormBoundaryAb\r\n------WebKitFormBoundaryAB1\r\né${'x'.repeat(200)}\r\n`;
  const form = `${part('name="once"', 'u-1')}${part('name="dryRun"', 'true')}${part(fileHead('stock.csv'), content)}${line}--\r\n`;
  for (const size of [1, 2, 3, 7, 30, 31, 64, 100_000]) {
    const upload = await readUpload(type, inPieces(form, size));
    expect(upload.form).toEqual({ once: 'u-1', dryRun: 'true' });
    expect(upload.file?.type).toBe('text/csv');
    expect(await textOf(upload.file?.bytes)).toBe(content);
  }
});

test.each([
  ['stock.csv', 'text/csv', undefined],
  ['STOCK.CSV.GZ', 'text/csv', 'gzip'],
  ['stock.2026.ndjson', 'application/x-ndjson', undefined],
  ['stock.jsonl.gz', 'application/x-ndjson', 'gzip'],
  ['stock.json', 'application/json', undefined],
  ['stock \\"new\\".json', 'application/json', undefined],
  ['stock', 'text/csv', undefined],
])('what %s is follows from its name, then from what the browser says', async (name, expected, encoding) => {
  const { file } = await readUpload(type, inPieces(`${part(fileHead(name, 'text/csv'), 'x')}${line}--\r\n`, 50));
  expect([file?.type, file?.encoding]).toEqual([expected, encoding]);
  expect(await textOf(file?.bytes)).toBe('x');
});

test('no more of a file is held than arrived at once', async () => {
  let made = 0;
  const body = ReadableStream.from(
    (function* () {
      yield Buffer.from(`${line}\r\nContent-Disposition: form-data; ${fileHead('big.csv')}\r\n\r\n`);
      for (; made < 1_000; made += 1) yield new Uint8Array(1_000_000);
    })(),
  );
  const { file } = await readUpload(type, body);
  const reader = file?.bytes.getReader();
  for (let read = 0; read < 5; read += 1) await reader?.read();
  expect(made).toBeLessThan(20);
  await reader?.cancel();
});

test('a form that breaks off in its file is an error, and no file that is shorter', async () => {
  const whole = `${part(fileHead('stock.csv'), 'a,b\r\n1,2')}${line}--\r\n`;
  const { file } = await readUpload(type, inPieces(whole.slice(0, -20), 10));
  await expect(textOf(file?.bytes)).rejects.toThrow();
});

test.each([
  ['no boundary', 'multipart/form-data', `${line}--`],
  ['another type', 'application/x-www-form-urlencoded', 'a=b'],
  ['nothing', type, ''],
  ['only an end', type, `${line}--\r\n`],
  ['no such boundary', type, `--other\r\n${'x'.repeat(20_000)}`],
  ['a field without end', type, `${line}\r\nContent-Disposition: form-data; name="a"\r\n\r\n${'x'.repeat(50_000)}`],
  ['fields without end', type, part('name="a"', 'b').repeat(30)],
])('a form with %s is refused', async (_, contentType, body) => {
  await expect(readUpload(contentType, inPieces(body, 1_000))).rejects.toThrow(BrokenForm);
});

test('a file that nobody chose is none', async () => {
  const form = `${part('name="mode"', 'full')}${part(fileHead('', 'application/octet-stream'), '')}${line}--\r\n`;
  expect(await readUpload(type, inPieces(form, 1_000))).toEqual({ form: { mode: 'full' }, file: null });
});
