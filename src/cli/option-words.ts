import type { Option } from 'commander';

/** How an option is typed: its long form, and its short one. */
export const optionNames = ({ long, short }: Option): string[] =>
  [long, short].filter((name) => name !== undefined && name !== null);

/** Whether the next word is its value. */
export const takesValue = ({ required, optional }: Option): boolean => required || optional;
