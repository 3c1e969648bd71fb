/** `POST /token`, answered with a token of our own making. */
export function tokenReply(account: string) {
  const claims = Buffer.from(JSON.stringify({ hostname: account })).toString('base64url');
  const body = new TextEncoder().encode(JSON.stringify({ message: 'success', data: `e30.${claims}.e30` }));
  const text = (): string => new TextDecoder().decode(body);
  return { status: 200, headers: {}, body, text, truncated: false, timings: { sentMs: 0, headersMs: 0, totalMs: 0 } };
}
