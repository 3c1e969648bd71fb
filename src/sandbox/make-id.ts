import { randomInt } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `ord_PewiSWzxmCFPzW62Ry3A6V`: never seeded, because a receiver remembers message ids from before a restart of the sandbox. */
export const makeId = (prefix: string): string =>
  `${prefix}_${Array.from({ length: 22 }, () => alphabet.charAt(randomInt(alphabet.length))).join('')}`;
