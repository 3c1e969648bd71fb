import type { FailureKind } from './failure.ts';

/** What may end an issue: which call, or that there is none to make. */
export type Remedy = 'connection' | 'endpoint' | 'order' | 'retry' | 'resync' | 'wait';

export interface IssueKind {
  /** A code, or `*.<its end>` for any partner's. */
  code: string;
  means: string;
  /** `partner` is whom the connection or endpoint belongs to: a fulfilment system, an OMS, a carrier. */
  who: 'you' | 'packline' | 'partner';
  remedy: Remedy;
}

const row = (code: string, who: IssueKind['who'], remedy: Remedy, means: string): IssueKind => ({
  code,
  means,
  who,
  remedy,
});

/** What issues mean and what ends them: the first row that fits. docs/operate/issues.md is this table. */
export const issueCatalogue: readonly IssueKind[] = [
  row('order.stuck', 'you', 'resync', 'Orders stay in a status for longer than your rule allows.'),
  row('order.reference_taken', 'you', 'order', 'Another order with this external id is at the fulfilment system.'),
  row('order.person_erased', 'you', 'wait', 'The order’s person was erased before its work was done.'),
  row('order.not_found', 'packline', 'wait', 'The order is past its retention; nothing is left to do for it.'),
  row('connection.settings', 'you', 'connection', 'The settings of the connection do not fit its connector.'),
  row('connection.missing', 'you', 'wait', 'The connection was deleted while work for it waited.'),
  row('connection.unsupported', 'partner', 'wait', 'The partner has no call for what was to be done.'),
  row('carrier.left_alone', 'partner', 'wait', 'The carrier fails again and again: it is asked again after a rest.'),
  row('budget.day_spent', 'you', 'connection', 'The account’s calls of the day are used up; the rest waits for tomorrow.'),
  row('inventory.drift', 'partner', 'wait', 'The partner shows other stock than it accepted.'),
  row('catalog.drift', 'partner', 'wait', 'The partner shows other products than it accepted.'),
  row('job.ends_workers', 'packline', 'retry', 'Worker processes end while they run this work: see their logs.'),
  row('job.deadline', 'packline', 'retry', 'The work takes longer than it may.'),
  row('job.payload', 'packline', 'retry', 'The work was written by another version of Packline.'),
  row('packline.unexpected', 'packline', 'retry', 'Something that Packline does not expect: the log says where.'),
  row('packline.other_issues', 'packline', 'retry', 'More causes than are kept apart.'),
  row('service.unconfirmed', 'partner', 'retry', 'The courier did not say whether it took the service.'),
  row('hook.expired', 'partner', 'wait', 'Hooks about an order that never appeared.'),
  row('spool.lost', 'packline', 'wait', 'Rows of an upload are gone from the spool: send it again.'),
  row('run.*', 'packline', 'retry', 'A bulk run stands still; tried again it goes on where it was.'),
  row('blobs.*', 'packline', 'retry', 'Where uploads are kept cannot be reached.'),
  row('nash.wrong_region_or_key', 'you', 'connection', 'Nash knows the key in another region or environment, or not at all.'),
  row('vtex.permission_missing', 'you', 'connection', 'The application key lacks a role.'),
  row('*.key_refused', 'you', 'connection', 'The partner refuses the key.'),
  row('*.forbidden', 'you', 'connection', 'The key may not do this.'),
  row('*.account_mismatch', 'you', 'connection', 'The key belongs to another account.'),
  row('*.account_unknown', 'you', 'connection', 'What answers is no account of the partner’s: check the account name.'),
  row('*.feed_missing', 'you', 'connection', 'The partner keeps no feed for this key: register the webhooks again.'),
  row('*.throttled', 'partner', 'wait', 'The partner goes on asking to wait.'),
  row('*.unavailable', 'partner', 'wait', 'The partner is down, or in trouble.'),
  row('*.unreadable_reply', 'partner', 'wait', 'What came back is not what the partner documents.'),
  row('*.no_eligible_providers', 'partner', 'wait', 'No courier takes the order at the moment.'),
  row('*.no_valid_quotes', 'partner', 'wait', 'No courier has a quote for the order at the moment.'),
  row('*.missing', 'partner', 'resync', 'The partner does not have what it had.'),
  row('*.hook_malformed', 'partner', 'retry', 'A webhook came that cannot be read; its bytes are kept.'),
  row('*.validation_errors', 'you', 'order', 'The partner refuses something that the order says, such as a SKU that it does not know.'),
  row('*.invalid_address', 'you', 'order', 'The partner refuses the address.'),
  row('*.invalid_phone_number', 'you', 'order', 'The partner refuses the phone number.'),
  row('*.invalid_time_constraint', 'you', 'order', 'The partner refuses the window.'),
  row('http.*', 'partner', 'wait', 'The other side cannot be reached, or breaks off.'),
  row('egress.*', 'you', 'connection', 'The URL leads to where Packline may not call.'),
  row('endpoint.*', 'you', 'endpoint', 'Your endpoint does not take what is sent to it.'),
  row('delivery.*', 'you', 'endpoint', 'Your endpoint does not take what is sent to it.'),
]; // prettier-ignore

const byKind: Readonly<Record<FailureKind, Omit<IssueKind, 'code'>>> = {
  transient: { means: 'Something is in trouble and may be well again by itself.', who: 'packline', remedy: 'retry' },
  throttled: { means: 'Somebody goes on asking to wait.', who: 'partner', remedy: 'wait' },
  rejected: { means: 'The partner refuses it.', who: 'partner', remedy: 'retry' },
  misconfigured: { means: 'Credentials or settings are wrong.', who: 'you', remedy: 'connection' },
  malformed: { means: 'What came does not fit its schema.', who: 'packline', remedy: 'retry' },
  aborted: { means: 'The work was interrupted.', who: 'packline', remedy: 'wait' },
};

const fits = (pattern: string, code: string): boolean =>
  pattern.startsWith('*')
    ? code.endsWith(pattern.slice(1))
    : pattern.endsWith('*')
      ? code.startsWith(pattern.slice(0, -1))
      : pattern === code;

const rowOf = (code: string): IssueKind | undefined => issueCatalogue.find(({ code: pattern }) => fits(pattern, code));

/** What a code means, where anybody wrote it down. */
export const meaningOf = (code: string): string | undefined => rowOf(code)?.means;

export const issueKindOf = (code: string, kind: FailureKind): Omit<IssueKind, 'code'> => rowOf(code) ?? byKind[kind];

/** The call that ends an issue, as it is written in the API's document. */
export interface Fix {
  method: 'PATCH' | 'POST';
  path: string;
  hint: string;
}

interface Fixable {
  id: string;
  code: string;
  kind: FailureKind;
  target: string;
  retrying: boolean;
  orderIds: readonly string[];
}

/** What to do about an issue, as a call; null where waiting, or the partner, is all that helps. */
export function fixOf({ id, code, kind, target, retrying, orderIds }: Fixable): Fix | null {
  const { remedy } = issueKindOf(code, kind);
  const [orderId] = orderIds;
  const retry = { method: 'POST', path: `/v1/issues/${id}/retry` } as const;
  switch (remedy) {
    case 'connection':
      if (!target.startsWith('con_')) return { ...retry, hint: 'Mend the settings, then try it again.' };
      return { method: 'PATCH', path: `/v1/connections/${target}`, hint: `Mend the settings, test them with POST /v1/connections/${target}/test, then retry the issue.` }; // prettier-ignore
    case 'endpoint':
      if (!target.startsWith('ep_')) return null;
      return { method: 'PATCH', path: `/v1/endpoints/${target}`, hint: 'Mend the URL or the system behind it.' };
    case 'order':
      if (orderId === undefined) return { ...retry, hint: 'Mend it at its source, then try it again.' };
      return { method: 'PATCH', path: `/v1/orders/${orderId}`, hint: 'Correct what was refused; the order is then sent again by itself. Mended at the partner instead: retry the issue.' }; // prettier-ignore
    case 'resync':
      if (orderId === undefined) return null;
      return { method: 'POST', path: `/v1/orders/${orderId}/resync`, hint: 'Reads the order anew at its systems.' };
    case 'retry':
      return retrying ? null : { ...retry, hint: 'Once the cause is gone: tries again what was set aside. With "plan": true it only says what.' }; // prettier-ignore
    case 'wait':
      return retrying ? null : { ...retry, hint: 'When the other side is well again.' };
  }
}
