import type { Connector } from '../connectors/connector.ts';
import type { Connection, RoutingRule } from '../store/connections.ts';
import { listConnections } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { IngressDeps } from './deps.ts';
import { makeInvalid, type FieldError } from './problem.ts';

const generic = 'generic';

/**
 * Only systems that fulfil have rules, and a rule may only name OMS connections there are: any other would silently take
 * nothing.
 */
export async function checkRouting(
  store: StoreDeps,
  merchantId: string,
  { kind: ownKind }: Connector,
  rules: readonly RoutingRule[],
): Promise<void> {
  if (rules.length > 0 && ownKind !== 'fulfilment') {
    throw makeInvalid([
      { code: 'field.value', detail: 'only fulfilment connections take orders', pointer: '/routing' },
    ]);
  }
  const sources = new Set([generic]);
  for (const { id, kind } of await listConnections(store, merchantId)) if (kind === 'oms') sources.add(id);
  refuse(rules, (id) => !sources.has(id), 'is neither `generic` nor an OMS connection of this merchant');
}

/** A connection as it is about to be saved. */
interface Draft {
  /** Absent for one that is being made. */
  id?: string;
  merchantId: string;
  connector: Connector;
  settings: unknown;
  routing: readonly RoutingRule[];
}

/**
 * A system without a create call takes only the orders of its own vendor's OMS account: a rule that would send it others
 * is refused, because they would wait for ever.
 */
export async function checkOwnOrders(deps: IngressDeps, store: StoreDeps, draft: Draft): Promise<void> {
  const { connector, settings, routing, merchantId } = draft;
  const account = connector.vendorAccount?.(settings);
  const others = await listConnections(store, merchantId);
  if (connector.kind === 'oms') return checkNamedBy(deps, store, draft, others, account);
  if (!deps.importsByItself({ connector: connector.id })) return;
  const own = new Set(
    others
      .filter((source) => source.kind === 'oms' && deps.vendorAccountOf(store, source) === account)
      .map((source) => source.id),
  );
  const errors = routing.flatMap((rule, index): FieldError[] =>
    rule.connections === undefined
      ? [{ code: 'field.required', detail: onlyOwn(connector), pointer: `/routing/${index}/connections` }]
      : [],
  );
  if (errors.length > 0) throw makeInvalid(errors);
  refuse(routing, (id) => !own.has(id), onlyOwn(connector));
}

/** The same rule from the other side: an OMS connection that is named there stays with its account. */
function checkNamedBy(
  deps: IngressDeps,
  store: StoreDeps,
  { id }: Draft,
  others: readonly Connection[],
  account: string | undefined,
): void {
  const holder = others.find(
    (other) =>
      id !== undefined &&
      deps.importsByItself(other) &&
      other.routing.some((rule) => rule.connections?.includes(id)) &&
      deps.vendorAccountOf(store, other) !== account,
  );
  if (holder === undefined) return;
  const detail = `the connection ${holder.name} takes only orders of the account that this one had`;
  throw makeInvalid([{ code: 'field.value', detail, pointer: '/settings' }]);
}

const onlyOwn = ({ title }: Connector): string =>
  `${title} takes only orders of its own account’s OMS: name that account’s OMS connections`;

function refuse(rules: readonly RoutingRule[], isWrong: (id: string) => boolean, detail: string): void {
  const errors = rules.flatMap((rule, index) =>
    (rule.connections ?? []).flatMap((id, at): FieldError[] =>
      isWrong(id) ? [{ code: 'field.value', detail, pointer: `/routing/${index}/connections/${at}` }] : [],
    ),
  );
  if (errors.length > 0) throw makeInvalid(errors);
}
