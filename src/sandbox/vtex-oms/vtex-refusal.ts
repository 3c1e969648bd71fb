/** VTEX says no: thrown by the simulated rules, answered in the OMS's envelope `{ error: { code, message, exception } }`. */
export class VtexRefusal extends Error {
  override readonly name = 'VtexRefusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const toRefusalResponse = (
  { status, code, message }: Pick<VtexRefusal, 'status' | 'code' | 'message'>,
  headers: Record<string, string> = {},
): Response => Response.json({ error: { code, message, exception: null } }, { status, headers });

export const orderNotFound = (id: string): VtexRefusal => new VtexRefusal(404, 'OMS007', `Order ${id} not found`);

/** The gateway's page for an account that is none. */
export const noSuchAccount = (): Response =>
  new Response('<!doctype html><html><head><title>404</title></head><body>Store not found</body></html>', {
    status: 404,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
