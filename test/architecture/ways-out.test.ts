import { expect, test } from 'vitest';
import { isProductCode } from './import-rules.ts';
import { listFiles, readModules, readText } from './source-tree.ts';

/** Modules with which a socket can be opened. */
const canDial = /^(?:undici|(?:node:)?(?:https?|http2|net|tls|dgram|dns)(?:\/.*)?)$/;
/** Functions of Node's own that do. */
const dialsByItself = /\b(?:fetch|WebSocket|EventSource)\s*\(/;

/** Who may know one of them, and why it is no way around the guard. */
const known: Readonly<Record<string, string>> = {
  'src/platform/http.ts': 'the one way out: every request is checked when it is written',
  'src/platform/http-exchange.ts': 'types of what the way out runs on',
  'src/platform/dial-phases.ts': 'looks on while the guard dials',
  'src/platform/egress.ts': 'the guard: every address is checked when it is dialled',
  'src/platform/egress-ranges.ts': 'tells addresses from names',
  'src/platform/embedded-redis.ts': 'the Redis that this process has started',
  'src/platform/free-port.ts': 'listens',
  'src/platform/probe-server.ts': 'listens',
  'src/platform/bound-process.ts': 'the socket that a child was given',
  'src/ingress/listen.ts': 'listens',
  'src/ingress/define-route.ts': 'a type of requests that came',
  'src/ingress/server-options.ts': 'a type of the server',
  'src/ingress/refuse-unread.ts': 'words of statuses',
  'src/ingress/guard-server.ts': 'types of the server',
  'src/ingress/compat/nash/refusals.ts': 'words of statuses',
  'src/ingress/read-body.ts': 'a type of requests that came',
  'src/ingress/runs/choose-connection.ts': 'a type of requests that came',
};

// The command line calls the API of its own installation, and the sandbox stands in for partners: both know no user’s URL. Assets run in browsers.
const isInstalled = (path: string): boolean => isProductCode(path) && !/^src\/(?:cli|sandbox|ops\/assets)\//.test(path);

const paths = listFiles().filter(isInstalled);
const modules = readModules(paths);

test('nothing that a user can set a URL of is called but through the guard: who can open a socket is named here', () => {
  const dialling = modules.filter(({ imports }) => imports.some(({ specifier }) => canDial.test(specifier ?? '')));
  expect(dialling.map(({ path }) => path).toSorted()).toEqual(Object.keys(known).toSorted());
});

test('nobody calls with fetch, which knows no guard', () => {
  expect(paths.filter((path) => dialsByItself.test(readText(path)))).toEqual([]);
});
