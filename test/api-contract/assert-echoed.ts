/** What was made is answered as it was sent: nothing lost, nothing cut. Throws an Error that says where. */
export function assertEchoed(sent: unknown, answered: unknown, at = ''): void {
  if (typeof sent !== 'object' || sent === null) {
    if (!isSame(sent, answered)) {
      throw new Error(`${at} came back as ${JSON.stringify(answered)}, not as ${JSON.stringify(sent)}`);
    }
    return;
  }
  const given = typeof answered === 'object' && answered !== null ? answered : {};
  for (const [key, member] of Object.entries(sent)) {
    // Settings are shown without their secrets, and as their connector reads them; of an endpoint's headers the names only.
    if (at === '' && (key === 'settings' || key === 'headers')) continue;
    if (!Object.hasOwn(given, key)) throw new Error(`${at}/${key} was lost`);
    assertEchoed(member, Reflect.get(given, key), `${at}/${key}`);
  }
}

/** Instants come back in UTC, and JSON knows no -0. */
const isSame = (sent: unknown, answered: unknown): boolean =>
  sent === answered ||
  (/^\d{4}-\d\d-\d\dT/.test(String(sent)) && Date.parse(String(sent)) === Date.parse(String(answered)));
