import { hash } from 'node:crypto';

/**
 * `Content-Digest` of a body (RFC 9530): with it whoever cannot verify a signature can tell a body that was changed on its
 * way from a secret that is another.
 */
export const digestBody = (body: string | Uint8Array): string => `sha-256=:${hash('sha256', body, 'base64')}:`;
