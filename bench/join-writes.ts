/** Commands that take any number of members: of one key, many become one. */
const joinable: ReadonlySet<string> = new Set(['HSET', 'RPUSH', 'ZADD', 'ZREM']);
const flags: ReadonlySet<string> = new Set(['GT', 'LT', 'NX']);

/**
 * The same writes in fewer commands. Those of one command and key are brought together where the first of them stands: what
 * enters a list and leaves it again stays gone, as long as every order's writes come in the same sequence.
 */
export function joinWrites(writes: Iterable<readonly string[]>): string[][] {
  const joined = new Map<string, string[]>();
  for (const write of writes) {
    const [command = '', key = '', flag = ''] = write;
    if (!joinable.has(command)) throw new TypeError(`${command} takes no more members`);
    const head = flags.has(flag) ? 3 : 2;
    const place = `${command} ${key} ${head === 3 ? flag : ''}`;
    const known = joined.get(place);
    if (known === undefined) joined.set(place, [...write]);
    else known.push(...write.slice(head));
  }
  return [...joined.values()];
}
