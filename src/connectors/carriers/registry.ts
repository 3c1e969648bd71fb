import { aftership } from './aftership/index.ts';
import { australiaPost } from './australia-post/index.ts';
import { dhlUnified } from './dhl-unified/index.ts';
import { easypost } from './easypost/index.ts';
import { fedex } from './fedex/index.ts';
import { genericCarrier } from './generic-carrier/index.ts';
import type { CarrierConnector } from './port.ts';
import { shipengine } from './shipengine/index.ts';
import { shippo } from './shippo/index.ts';
import { ups } from './ups/index.ts';
import { usps } from './usps/index.ts';

/** Every carrier that can be connected. A new one is a folder and a line here. */
const connectors = [
  easypost,
  aftership,
  shippo,
  shipengine,
  ups,
  fedex,
  usps,
  dhlUnified,
  australiaPost,
  genericCarrier,
] as const;

export const carrierConnectors: ReadonlyMap<string, CarrierConnector> = new Map(
  connectors.map((connector) => [connector.id, connector as CarrierConnector]),
);
