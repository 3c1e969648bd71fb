import { Readable } from 'node:stream';

/** A shop's stock: so many products in each of as many stores as it takes. */
export interface Stock {
  rows: number;
  products: number;
  /** Every so many rows has another quantity than the last time; 0: none. */
  changedEvery?: number;
}

/** As a socket delivers. */
const chunkCharacters = 65_536;

export const productOf = (n: number): string => `SKU-${String(100_000 + n)}`;
export const storesOf = ({ rows, products }: Stock): string[] =>
  Array.from({ length: Math.ceil(rows / products) }, (_, n) => `store-${n + 1}`);

/** Store after store, as an export has them; one row of five says where its shelf is. */
export function* stockLines({ rows, products, changedEvery = 0 }: Stock): Generator<string> {
  for (let n = 0; n < rows; n += 1) {
    const quantity = ((n * 7_919) % 400) + (changedEvery > 0 && n % changedEvery === 0 ? 1_000 : 0);
    const shelf = n % 5 === 0 ? `,"location":{"aisle":"${n % 40}","bay":"B${n % 7}","shelf":"${n % 3}"}` : '';
    yield (
      `{"externalProductId":"${productOf(n % products)}","externalStoreLocationId":"store-${Math.floor(n / products) + 1}",` +
      `"available":${n % 9 !== 0},"quantity":${quantity},"valueCents":${(n * 104_729) % 9_999},"currency":"BRL"${shelf}}\n`
    );
  }
}

export function* productLines(products: number): Generator<string> {
  for (let n = 0; n < products; n += 1) {
    const name = productOf(n);
    yield `${JSON.stringify({
      externalIdentifier: name,
      sku: name,
      name: `Olive oil ${n}, cold pressed`,
      imageUrls: [`https://shop.example/${name}.jpg`],
      categories: ['Pantry', `Shelf ${n % 200}`],
      weight: 0.92,
      dimensions: { depth: 7, height: 30, width: 7 },
      identifiers: [{ type: 'EAN', value: String(4_006_381_000_000 + n) }],
    })}\n`;
  }
}

/** In chunks, made as fast as they are read. */
export const toBody = (lines: Iterable<string>): Readable => Readable.from(toChunks(lines), { objectMode: false });

function* toChunks(lines: Iterable<string>): Generator<Buffer> {
  let text = '';
  for (const line of lines) {
    text += line;
    if (text.length < chunkCharacters) continue;
    yield Buffer.from(text, 'latin1');
    text = '';
  }
  if (text !== '') yield Buffer.from(text, 'latin1');
}
