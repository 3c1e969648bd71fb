/** What becomes of an event on its way to an endpoint. `dropped`: nothing was tried any more, and why is in its attempts. */
export const deliveryStatuses = ['pending', 'delivered', 'failed', 'dropped'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];
