import { digest48 } from '../platform/text-digest.ts';
import { deltaLua, fingerprintKeyBytes, forgetBuckets, growBuckets } from './delta.ts';
import type { StoreDeps } from './deps.ts';
import { runScript, defineScript } from './script.ts';

/**
 * Which categories a connection's products have, as the partner has accepted them: rules of safety stock go by them, and
 * rows of stock do not name them. It is a delta state (delta.ts) with 6 bytes of each category's digest as the value, so
 * that a product of three categories costs some 30 bytes, and one of more than ten leaves its bucket unpacked. That two of
 * a merchant's thousand categories share a number happens once in 500 million merchants.
 */
export interface CategorizedProduct {
  /** The 48 bits of its `externalIdentifier`. */
  key: number;
  categories: readonly string[];
}

export const productKey = (externalIdentifier: string): number => digest48(externalIdentifier);

/** For scripts that accept rows of products: a key, the number of categories in one byte, 6 bytes of each. */
export const keepCategoriesLua = `
local function keepCategories(d, packed)
  local at, news = 1, 0
  while at < #packed do
    local bucket, field = bucketOf(d, packed, at), sub(packed, at + 1, at + 5)
    local last = at + 6 + byte(packed, at + 6) * 6
    if last == at + 6 then news = news - redis.call('HDEL', bucket, field)
    else news = news + redis.call('HSET', bucket, field, sub(packed, at + 7, last)) end
    at = last + 1
  end
  if news ~= 0 then redis.call('HINCRBY', d.key, 'rows', news) end
end
`;

export function packCategories(products: readonly CategorizedProduct[]): Buffer {
  const bytes = products.reduce((sum, { categories }) => sum + 7 + categories.length * fingerprintKeyBytes, 0);
  const packed = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const { key, categories } of products) {
    packed.writeUIntBE(key, at, fingerprintKeyBytes);
    at = packed.writeUInt8(categories.length, at + fingerprintKeyBytes);
    for (const category of categories) {
      at = packed.writeUIntBE(digest48(category), at, fingerprintKeyBytes);
    }
  }
  return packed;
}

const findScript = defineScript(`${deltaLua}
local d, ids, names, wanted, out = openDelta(KEYS[2]), ARGV[1], ARGV[2], {}, {}
for at = 1, #names, 6 do wanted[sub(names, at, at + 5)] = (at - 1) / 6 end
for at = 1, #ids, 6 do
  local has = redis.call('HGET', bucketOf(d, ids, at), sub(ids, at + 1, at + 5))
  for from = 1, has and #has or 0, 6 do
    local name = wanted[sub(has, from, from + 5)]
    if name then
      out[#out + 1] = (at - 1) / 6
      out[#out + 1] = name
    end
  end
end
return out`);

/**
 * Which of these products are in which of these categories, a few thousand products at a time.
 * @returns by place in `productKeys`; what is in none is left out
 */
export async function findCategories(
  { redis, keys }: StoreDeps,
  connectionId: string,
  productKeys: readonly number[],
  categories: readonly string[],
): Promise<Map<number, string[]>> {
  const args = [packKeys(productKeys), packKeys(categories.map((category) => digest48(category)))];
  const reply = await runScript(redis, findScript, [keys.tag, keys.productCategories(connectionId)], args);
  const found = new Map<number, string[]>();
  const pairs = Array.isArray(reply) ? reply.map(Number) : [];
  for (let at = 0; at < pairs.length; at += 2) {
    const [product = 0, name = 0] = pairs.slice(at, at + 2);
    const names = found.get(product) ?? [];
    names.push(categories[name] ?? '');
    found.set(product, names);
  }
  return found;
}

function packKeys(all: readonly number[]): Buffer {
  const packed = Buffer.allocUnsafe(all.length * fingerprintKeyBytes);
  for (const [at, key] of all.entries()) packed.writeUIntBE(key, at * fingerprintKeyBytes, fingerprintKeyBytes);
  return packed;
}

/** As many buckets as its products ask for. */
export const growCategories = (deps: StoreDeps, connectionId: string): Promise<void> =>
  growBuckets(deps, deps.keys.productCategories(connectionId));

export const forgetCategories = (deps: StoreDeps, connectionId: string): Promise<void> =>
  forgetBuckets(deps, deps.keys.productCategories(connectionId));
