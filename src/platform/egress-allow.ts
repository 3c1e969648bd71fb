import { Failure } from '../domain/failure.ts';
import ipaddr from 'ipaddr.js';
import { normalizeName } from './egress-names.ts';
import { inRange, parseAddress, type Range } from './egress-ranges.ts';

/** What the operator opened on purpose. */
export interface EgressAllowance {
  /** A host as it stands in the URL, and its port: opened by name, by address and port, or lying in an opened network. */
  covers(host: string, port: number): boolean;
  /** An address, whatever the port: lying in an opened network. */
  coversAddress(address: string): boolean;
}

const hostPortPattern = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i;
const namePattern = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/**
 * Reads the allow list. An entry is a network (`10.0.0.0/8`, or one address), a host and port (`127.0.0.1:8090`,
 * `[::1]:8090`, `oms.corp.example:8443`), or a host name with any port (`oms.corp.example`, or `*.corp.example` for all
 * names below it). A name is opened wherever it resolves to.
 * @throws Failure `misconfigured` `egress.rule_invalid`
 */
export function readAllowance(entries: readonly string[]): EgressAllowance {
  const networks: Range[] = [];
  const hostPorts = new Set<string>();
  const names = new Set<string>();
  const parents: string[] = [];
  for (const entry of entries) {
    const [, v6, host = v6, port] = hostPortPattern.exec(entry) ?? [];
    const name = normalizeName(entry);
    if (ipaddr.isValidCIDR(entry)) networks.push(ipaddr.parseCIDR(entry));
    else if (parseAddress(entry) !== undefined) networks.push(toSingle(entry));
    else if (host !== undefined && Number(port) <= 65_535) hostPorts.add(toHostPort(host, Number(port)));
    else if (!namePattern.test(name)) throw ruleInvalid(entry);
    else if (name.startsWith('*.')) parents.push(name.slice(1));
    else names.add(name);
  }

  const coversAddress = (text: string): boolean => {
    const address = parseAddress(text);
    return address !== undefined && networks.some((range) => inRange(address, range));
  };
  return {
    coversAddress,
    covers: (host, port) =>
      coversAddress(host) ||
      hostPorts.has(toHostPort(host, port)) ||
      names.has(normalizeName(host)) ||
      parents.some((parent) => normalizeName(host).endsWith(parent)),
  };
}

/** One spelling for each host and port: addresses in full, names normalised. */
const toHostPort = (host: string, port: number): string =>
  `${parseAddress(host)?.toNormalizedString() ?? normalizeName(host)} ${port}`;

function toSingle(text: string): Range {
  const address = ipaddr.parse(text);
  return ipaddr.parseCIDR(`${text}/${address.kind() === 'ipv4' ? 32 : 128}`);
}

const ruleInvalid = (entry: string): Failure =>
  new Failure('misconfigured', 'egress.rule_invalid', `"${entry}" is no network, host:port or host name to allow`);
