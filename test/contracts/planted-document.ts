/**
 * A document of two operations of an orders API, written for these tests, with one lie in every direction: the request's
 * reason is a number, an order must have a field "planted", the example of an order is a text, and so must a webhook.
 */
export const plantedDocument = {
  openapi: '3.0.0',
  info: { title: 'Orders API', version: 'planted' },
  // Never dialled: what counts is the path.
  servers: [{ url: 'https://{account}.example.com/base', variables: { account: { default: 'contract' } } }],
  security: [{ appKey: [], appToken: [] }],
  paths: {
    '/api/oms/pvt/orders/{orderId}': {
      parameters: [{ name: 'orderId', in: 'path', required: true, schema: { type: 'string' } }],
      get: {
        responses: {
          200: {
            description: 'An order',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['orderId', 'planted'],
                  properties: { orderId: { type: 'string' } },
                },
                examples: { aText: { value: 'no order at all' } },
              },
            },
          },
          404: { description: 'None' },
        },
      },
    },
    '/api/oms/pvt/orders/{orderId}/cancel': {
      parameters: [{ name: 'orderId', in: 'path', required: true, schema: { type: 'string' } }],
      post: {
        requestBody: {
          content: { 'application/json': { schema: { type: 'object', properties: { reason: { type: 'integer' } } } } },
        },
        responses: { 200: { description: 'Canceled' } },
      },
    },
  },
  components: {
    schemas: { Notification: { type: 'object', required: ['OrderId', 'Planted'] } },
    securitySchemes: {
      appKey: { type: 'apiKey', in: 'header', name: 'X-VTEX-API-AppKey' },
      appToken: { type: 'apiKey', in: 'header', name: 'X-VTEX-API-AppToken' },
    },
  },
};
