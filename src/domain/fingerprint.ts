/** A digest of text, at least 48 bits of it in hexadecimal. */
export type TextDigest = (text: string) => string;

/** What a partner was last told about a thing, without the thing: two integers of 48 bits, which numbers hold exactly. */
export interface Fingerprint {
  /** Of what the row is about. */
  key: number;
  /** Of all that it says. */
  value: number;
}

const hexDigits = 12;

const to48Bits = (hex: string): number => Number.parseInt(hex.slice(0, hexDigits), 16);

/**
 * The fingerprint of a row. Among 25 million keys about one pair shares a number, and then each takes the other's place in
 * turn: both are sent again. That a changed value keeps its number happens once in 2^48 changes.
 * @param key what two rows about the same thing have in common
 * @param value what will be on the wire, in one spelling
 */
export const makeFingerprint = (digest: TextDigest, key: string, value: string): Fingerprint => ({
  key: makeKey(digest, key),
  value: makeKey(digest, value),
});

/** 48 bits that stand for a text. */
export const makeKey = (digest: TextDigest, text: string): number => to48Bits(digest(text));
