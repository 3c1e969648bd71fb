/**
 * What a partner was last told about a thing, without the thing: two integers of 48 bits, which numbers hold exactly. Among
 * 25 million keys about one pair shares a number, and then each takes the other's place in turn: both are sent again. That a
 * changed value keeps its number happens once in 2^48 changes.
 */
export interface Fingerprint {
  /** Of what the row is about: what two rows about the same thing have in common. */
  key: number;
  /** Of all that it says: what will be on the wire, in one spelling. */
  value: number;
}
