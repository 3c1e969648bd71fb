import * as z from 'zod';

const JsonHeaders = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/**
 * Headers as people save them: `Name: value` lines (with a request line, or the marks of `curl -v`, or without), or a JSON
 * object as frameworks log it. One that is there twice is joined by a comma, as servers do it. Names in lower case.
 */
export function readSavedHeaders(text: string): Record<string, string> {
  const entries = text.trimStart().startsWith('{') ? ofJson(text) : ofLines(text);
  const headers: Record<string, string> = {};
  for (const [name, value] of entries) {
    const lower = name.toLowerCase();
    const before = headers[lower];
    headers[lower] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

const ofJson = (text: string): [string, string][] =>
  Object.entries(JsonHeaders.parse(JSON.parse(text))).map(([name, value]) => [name, [value].flat().join(', ')]);

const ofLines = (text: string): [string, string][] =>
  text.split(/\r?\n/).flatMap((line) => {
    const [, name, value] = /^(?:[<>] )?([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
