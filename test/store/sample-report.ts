import type { IssueReport } from '../../src/store/issues.ts';
import { sampleMerchantId as merchantId } from './accept-sample.ts';

/** A failure as it is reported: Nash refused an order. */
export const sampleReport = (changes: Pick<IssueReport, 'detail' | 'entryId'> & Partial<IssueReport>): IssueReport => ({
  merchantId,
  target: 'con_1',
  job: 'fulfilment-submit',
  code: 'nash.refused',
  kind: 'rejected',
  source: 'nash',
  title: 'refused',
  orderId: null,
  ...changes,
});
