import type { EventType } from './events.ts';
import * as z from 'zod';
import { issueEventData } from './issue-events.ts';

/** What a person has to look at; of an order's way a channel would be full. */
export const isForPeople = (type: EventType): boolean => /^(?:issue|connection)\.|^endpoint\.disabled$/.test(type);

/** The three characters that Slack's text gives a meaning ("Formatting text for app surfaces", escaping). */
const escape = (text: string): string =>
  text.replace(/[&<>]/g, (char) => (char === '&' ? '&amp;' : char === '<' ? '&lt;' : '&gt;'));

const ConnectionSchema = z.object({ connectionId: z.string(), connector: z.string(), code: z.string().optional() });
const EndpointSchema = z.object({ endpointId: z.string(), reason: z.string().optional() });

/**
 * One line of what happened, in which nothing that a partner said can be a link or a mention, and the console's page about it.
 * @param consoleUrl of the merchant's pages
 */
export function toSlackText(
  { type, data }: { type: EventType; data: Record<string, unknown> },
  consoleUrl: string,
): string {
  return escape(lineOf(type, data, (path) => `${consoleUrl}/${path}`));
}

function lineOf(type: EventType, data: Record<string, unknown>, pageAt: (path: string) => string): string {
  switch (type) {
    case 'issue.opened': {
      const { title, code, count, orderCount, source, issueId, reopened } = issueEventData[type].parse(data);
      const began = reopened > 0 ? 'Issue is back' : 'Issue opened';
      return `${began}: ${title} (${code}). Failures: ${count}, orders: ${orderCount}. Who can fix it: ${source}. ${pageAt(`issues/${issueId}`)}`;
    }
    case 'issue.resolved': {
      const { title, code, issueId } = issueEventData[type].parse(data);
      return `Issue resolved: ${title} (${code}). ${pageAt(`issues/${issueId}`)}`;
    }
    case 'issue.digest': {
      const { opened, resolved, issues } = issueEventData[type].parse(data);
      const named = issues.map(
        ({ status, title, issueId }) => `\n- ${status}: ${title} ${pageAt(`issues/${issueId}`)}`,
      );
      return `Many issues within a minute: ${opened} opened, ${resolved} resolved.${named.join('')}`;
    }
    case 'connection.unhealthy':
    case 'connection.recovered': {
      const { connectionId, connector, code } = ConnectionSchema.parse(data);
      const how = type === 'connection.recovered' ? 'works again' : `does not work (${code ?? 'no code'})`;
      return `Connection ${connectionId} (${connector}) ${how}. ${pageAt(`connections/${connectionId}`)}`;
    }
    case 'endpoint.disabled': {
      const { endpointId, reason } = EndpointSchema.parse(data);
      return `Endpoint ${endpointId} is disabled (${reason ?? 'no reason'}): nothing more is sent to it. ${pageAt(`webhooks/endpoints/${endpointId}`)}`;
    }
    default:
      return `Packline: ${type}`;
  }
}
