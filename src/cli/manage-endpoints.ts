import { Option, type Command } from 'commander';
import { payloadForms, ratePerSecondMax } from '../domain/endpoint.ts';
import { asMerchant, callAsMerchant, pathOf, print, type MerchantOptions } from './as-merchant.ts';
import { collect, toJson, toWhole } from './option-values.ts';

interface EndpointView {
  id: string;
  url: string;
  status: string;
  eventTypes: string[];
  disabledReason: string | null;
  missedEvents: number;
  missedFrom: string | null;
  secret?: string;
}
interface AddOptions extends MerchantOptions {
  type: string[];
  filter?: unknown;
  payload?: string;
  description?: string;
  rate?: number;
}

const describe = ({ id, url, status, eventTypes, disabledReason }: EndpointView): string =>
  `${id}  ${status}${disabledReason === null ? '' : ` (${disabledReason})`}  ${url}  ${eventTypes.length === 0 ? 'all events' : eventTypes.join(',')}`;

/** What it has missed is not sent by itself: how it is. */
const describeMissed = ({ id, missedEvents, missedFrom }: EndpointView): string[] =>
  missedFrom === null
    ? []
    : [
        `missed ${missedEvents} ${missedEvents === 1 ? 'event' : 'events'}; what it would be sent: packline events replay --since ${missedFrom} --endpoint ${id} --plan`,
      ];

/** `packline endpoints list|add|test|enable|disable`: over HTTP, as a merchant. */
export function addEndpointManagement(endpoints: Command): void {
  const act = <T>(options: MerchantOptions, id: string, name: string, body: object = {}): Promise<T> =>
    callAsMerchant<T>(options, pathOf('endpoints', id, name), { method: 'POST', body });

  asMerchant(endpoints.command('list'))
    .description('all of them')
    .action(async (options: MerchantOptions) => {
      const { data } = await callAsMerchant<{ data: EndpointView[] }>(options, '/endpoints');
      print(data, options, data.length === 0 ? ['none yet: packline endpoints add URL'] : data.map(describe));
    });
  asMerchant(endpoints.command('add'))
    .description('subscribe a URL to events; its secret is shown this once')
    .argument('<url>')
    .option('--type <type>', 'events of this type, all when not given; may be given again', collect, [])
    .option('--filter <json>', 'only events that it fits', toJson)
    .addOption(new Option('--payload <form>', 'what is sent').choices(payloadForms))
    .option('--description <text>', 'for people')
    .option('--rate <number>', 'no more than so many in a second', toWhole(1, ratePerSecondMax))
    .action(async (url: string, options: AddOptions) => {
      const { type: eventTypes, filter, payload, description, rate } = options;
      const body = {
        url,
        eventTypes,
        ...(filter !== undefined && { filter }),
        ...(payload !== undefined && { payload }),
        ...(description !== undefined && { description }),
        ...(rate !== undefined && { rateLimitPerSecond: rate }),
      };
      const made = await callAsMerchant<EndpointView>(options, '/endpoints', { method: 'POST', body });
      print(made, options, [describe(made), `secret, shown this once: ${made.secret ?? ''}`]);
    });
  asMerchant(endpoints.command('test'))
    .description('send a test event')
    .argument('<id>')
    .action(async (id: string, options: MerchantOptions) => {
      const delivery = await act<{ id: string }>(options, id, 'test');
      print(delivery, options, [
        `${delivery.id}  is under way: GET /v1/deliveries/${delivery.id}/attempts says how it went`,
      ]);
    });
  asMerchant(endpoints.command('enable'))
    .description('send events again')
    .argument('<id>')
    .action(async (id: string, options: MerchantOptions) => {
      const endpoint = await act<EndpointView>(options, id, 'enable');
      print(endpoint, options, [describe(endpoint), ...describeMissed(endpoint)]);
    });
  asMerchant(endpoints.command('disable'))
    .description('send nothing more')
    .argument('<id>')
    .option('--note <text>', 'why, for people')
    .action(async (id: string, options: MerchantOptions & { note?: string }) => {
      const { note } = options;
      const endpoint = await act<EndpointView>(options, id, 'disable', note === undefined ? {} : { note });
      print(endpoint, options, [describe(endpoint)]);
    });
}
