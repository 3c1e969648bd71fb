import * as z from 'zod';
import type { Connector } from '../connectors/connector.ts';
import { Failure, isRetryable } from '../domain/failure.ts';
import type { IngressDeps } from './deps.ts';
import { makeInvalid } from './problem.ts';
import { validateBody } from './validate.ts';

const RecordSchema = z.record(z.string(), z.unknown());
export const asRecord = (value: unknown): Record<string, unknown> => RecordSchema.safeParse(value).data ?? {};

type SettingsSchema = Readonly<Record<string, unknown>>;
/** Made once for each connector: it takes longer than all else about a connection. */
const schemasByConnector = new WeakMap<Connector, SettingsSchema>();

/** A connector's settings as JSON Schema, for forms; secret fields are `writeOnly` and carry `x-secret`. */
export function toSettingsSchema(connector: Connector): SettingsSchema {
  const schema = schemasByConnector.get(connector) ?? makeSettingsSchema(connector);
  schemasByConnector.set(connector, schema);
  return schema;
}

function makeSettingsSchema(connector: Connector): SettingsSchema {
  return asRecord(
    z.toJSONSchema(connector.settings, {
      io: 'input',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        if (!isSecret(jsonSchema)) return;
        delete jsonSchema['secret'];
        jsonSchema.writeOnly = true;
        jsonSchema['x-secret'] = true;
      },
    }),
  );
}

const isSecret = (schema: Record<string, unknown>): boolean => schema['secret'] === true || schema['x-secret'] === true;

const secretsByConnector = new WeakMap<Connector, ReadonlySet<string>>();

/** The names of a connector's secret fields, wherever in the settings they stand. */
function secretsOf(connector: Connector): ReadonlySet<string> {
  const secrets = secretsByConnector.get(connector) ?? secretNames(toSettingsSchema(connector));
  secretsByConnector.set(connector, secrets);
  return secrets;
}

function secretNames(schema: unknown, found = new Set<string>()): Set<string> {
  for (const [name, value] of Object.entries(asRecord(schema))) {
    if (name === 'properties') {
      for (const [field, property] of Object.entries(asRecord(value))) {
        if (isSecret(asRecord(property))) found.add(field);
      }
    }
    if (Array.isArray(value)) for (const item of value) secretNames(item, found);
    else secretNames(value, found);
  }
  return found;
}

/** Settings as they may be shown: secrets are left out, and named where they are set. */
export function showSettings(
  connector: Connector | undefined,
  settings: unknown,
): { settings: Record<string, unknown>; secretsConfigured: string[] } {
  // A connector that this process no longer knows: nobody can say what is secret, so nothing is shown.
  if (connector === undefined) return { settings: {}, secretsConfigured: [] };
  const secrets = secretsOf(connector);
  const configured = new Set<string>();
  const show = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(show);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, member]) => {
        if (!secrets.has(name)) return [[name, show(member)]];
        if (member !== undefined && member !== null && member !== '') configured.add(name);
        return [];
      }),
    );
  };
  return { settings: asRecord(show(settings)), secretsConfigured: [...configured].sort() };
}

/** Settings as their connector wants them, every URL in them checked; throws `request.invalid` with pointers. */
export async function checkSettings(deps: IngressDeps, connector: Connector, settings: unknown): Promise<unknown> {
  const checked = validateBody(connector.settings, settings, ['settings']);
  for (const url of connector.urls(checked)) await checkUrl(deps, url, '/settings');
  return checked;
}

/** Asks the egress guard about a URL that somebody gave; throws `request.invalid` at `pointer` with the guard's reason. */
export async function checkUrl(deps: IngressDeps, url: string, pointer: string): Promise<void> {
  try {
    await deps.checkUrl(url);
  } catch (error) {
    if (!(error instanceof Failure) || isRetryable(error.kind)) throw error;
    const wayOut = openable.has(error.code) ? '; whoever runs Packline can open it (PACKLINE_EGRESS_ALLOW)' : '';
    throw makeInvalid([{ code: error.code, detail: `${error.message}${wayOut}`, pointer }]);
  }
}
/** What the guard lets through where an operator says so. */
const openable = new Set(['egress.scheme', 'egress.port', 'egress.name', 'egress.address']);
