/** As VTEX writes times: seven fraction digits and an offset. */
export const toVtexTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '1234+00:00');
