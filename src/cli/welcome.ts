import { makeDemoOrder } from './demo-order.ts';

/** What a newcomer sees when everything is up: where to look, and one thing to try. */
export function welcome(
  { baseUrl, sandboxUrl, home }: { baseUrl: string; sandboxUrl: string; home: string },
  merchantKey: string,
): string {
  const order = makeDemoOrder('my-first-order', Date.now(), () => 0.5);
  return `
A demo merchant is connected to the partner sandbox: orders of store-1 go to Nash, VTEX orders of store-2 to VTEX Pick
and Pack.
  console         ${baseUrl}/ops (the first time: by the link above that says "first login")
  API reference   ${baseUrl}/docs
  sandbox's books ${sandboxUrl}/_sandbox/books
  webhooks sent   ${sandboxUrl}/_sandbox/subscribers/demo
  keys            ${home}/credentials.json

Post an order, then follow it (it is delivered in under a minute):
  curl -s ${baseUrl}/v1/orders -H 'authorization: Bearer ${merchantKey}' -H 'idempotency-key: my-first-order' \\
    -H 'content-type: application/json' -d '${JSON.stringify(order)}'
  curl -s ${baseUrl}/v1/orders?externalId=my-first-order -H 'authorization: Bearer ${merchantKey}'

Or buy something at the sandbox's VTEX, and follow it by the orderId that it answers:
  curl -s ${sandboxUrl}/_sandbox/vtex/orders -H 'content-type: application/json' -d '{"warehouseId":"store-2"}'
`;
}
