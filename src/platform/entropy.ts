import { randomFillSync } from 'node:crypto';

/** One call of the system's generator costs as much for 4 KiB as for 16 bytes, and every order needs three helpings. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** Fresh random bytes (CSPRNG), each handed out once; at most 4 KiB. */
export function entropy(size: number): Buffer {
  if (used + size > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.from(pool.subarray(used, used + size));
  // What has been handed out is not left lying about.
  pool.fill(0, used, used + size);
  used += size;
  return bytes;
}
