import { adminKey } from './console.ts';

interface Site {
  url: string;
}

/** The API of a console's site, as the operator's key; throws where it refuses. */
export function createOperator({ url }: Site, merchantId: string) {
  return async (method: string, path: string, json?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminKey}`,
        'packline-merchant': merchantId,
        'content-type': 'application/json',
        'idempotency-key': crypto.randomUUID(),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  };
}

/** Markup that would act, in whatever others may fill in. */
export const canary = '<img src=x onerror="document.title=666"><script>document.title=666</script>"\'>';

/** Nothing of the canary stands in a page as markup. */
export const isHarmless = (text: string): boolean => !/<img|<script>|onerror="/.test(text);
