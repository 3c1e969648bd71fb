import { isIP, Socket } from 'node:net';
import type { buildConnector } from 'undici';

/** How long the phases of opening a socket took (ms); null for what was not needed, or did not come to its end. */
export interface DialPhases {
  dnsMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
}

/** Before anything of it is known, and of an exchange on a socket that was open already. */
export const noPhases = (): DialPhases => ({ dnsMs: null, connectMs: null, tlsMs: null });

/**
 * The same connector, which notes in `phases()` how long a dial's phases took. undici dials within the call that needs the
 * socket, so that whoever makes the call says before it where to note.
 */
export const watchDials =
  (connect: buildConnector.connector, phases: () => DialPhases | undefined): buildConnector.connector =>
  (target, callback) => {
    const noted = phases();
    // undici's connectors answer the socket that they dial, which their type does not say. Without it nothing is noted.
    const socket: unknown = connect(target, callback);
    if (noted === undefined || !(socket instanceof Socket)) return;
    let from = performance.now();
    const lap = (): number => {
      const tookMs = Math.round((performance.now() - from) * 10) / 10;
      from = performance.now();
      return tookMs;
    };
    if (isIP(target.hostname) === 0) socket.once('lookup', () => (noted.dnsMs = lap()));
    socket.once('connect', () => (noted.connectMs = lap()));
    if (target.protocol === 'https:') socket.once('secureConnect', () => (noted.tlsMs = lap()));
  };
