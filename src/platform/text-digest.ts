import xxhash from 'xxhash-wasm';

const digests = await xxhash();

/**
 * 48 bits that stand for a text, as a number, which holds them exactly: the low ones of XXH64. Not for what somebody gains by
 * making two texts alike; it costs a quarter of what a cryptographic digest does, and rows come by the million.
 */
export const digest48 = (text: string): number => Number(BigInt.asUintN(48, digests.h64(text)));
