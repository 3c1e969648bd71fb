import { parseAst } from 'vitest/node';

/** What the rules want to know of one file of code. Lines count from 1. */
export interface Module {
  path: string;
  lineCount: number;
  /** Imports and re-exports, of types too; `specifier` is null where it is computed when the code runs. */
  imports: { specifier: string | null; line: number }[];
  /** Lines that get hold of the environment. */
  environmentLines: number[];
  defaultExportLines: number[];
  /** Nothing in it is its own. */
  onlyReexports: boolean;
  /** One for each call of `defineJob`: the name it gives, null where that is no literal. */
  definedJobs: (string | null)[];
  /** The literals that an object in it gives as `id`. */
  ids: string[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value;

const childrenOf = (node: Node): Node[] =>
  Object.values(node).flatMap((value) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []));

const textOf = (value: unknown): string | null =>
  isNode(value) && typeof value['value'] === 'string' ? value['value'] : null;
/** What a name or a quoted key says. */
const nameOf = (value: unknown): string | null =>
  isNode(value) && value.type === 'Identifier' && typeof value['name'] === 'string' ? value['name'] : textOf(value);
const listOf = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

/** Reads a file by its syntax tree, so that comments, strings and templates that look like code do not count. */
export function readModule(path: string, text: string): Module {
  const program: unknown = parseAst(text, { lang: path.endsWith('.ts') ? 'ts' : 'js' }, path);
  if (!isNode(program)) throw new TypeError(`${path} has no syntax tree`);
  const lineOf = (node: Node): number => text.slice(0, node.start).split('\n').length;

  const module: Module = {
    path,
    lineCount: text.replace(/\n$/, '').split('\n').length,
    imports: [],
    environmentLines: [],
    defaultExportLines: [],
    onlyReexports: isBarrel(listOf(program['body'])),
    definedJobs: [],
    ids: [],
  };
  const visit = (node: Node): void => {
    if (isImport(node)) module.imports.push({ specifier: textOf(node['source']), line: lineOf(node) });
    if (getsEnvironment(node)) module.environmentLines.push(lineOf(node));
    if (exportsDefault(node)) module.defaultExportLines.push(lineOf(node));
    if (node.type === 'CallExpression' && nameOf(node['callee']) === 'defineJob') {
      module.definedJobs.push(propertyText(listOf(node['arguments'])[0], 'name'));
    }
    if (node.type === 'ObjectExpression') module.ids.push(...[propertyText(node, 'id')].filter((id) => id !== null));
    childrenOf(node).forEach(visit);
  };
  visit(program);
  return module;
}

function isImport(node: Node): boolean {
  const isStatement = ['ImportDeclaration', 'ExportAllDeclaration', 'ExportNamedDeclaration'].includes(node.type);
  return (isStatement && isNode(node['source'])) || node.type === 'ImportExpression' || node.type === 'TSImportType';
}

function getsEnvironment(node: Node): boolean {
  if (node.type === 'MemberExpression') return isProcess(node['object']) && nameOf(node['property']) === 'env';
  if (node.type === 'VariableDeclarator' && isProcess(node['init']) && isNode(node['id'])) {
    return listOf(node['id']['properties']).some((property) => nameOf(property['key']) === 'env');
  }
  // The module's default and its namespace hand out the environment as well.
  if (node.type !== 'ImportDeclaration' || !['node:process', 'process'].includes(textOf(node['source']) ?? ''))
    return false;
  return listOf(node['specifiers']).some(
    (each) => each.type !== 'ImportSpecifier' || nameOf(each['imported']) === 'env',
  );
}

const isProcess = (value: unknown): boolean =>
  isNode(value) &&
  (nameOf(value) === 'process' || (value.type === 'MemberExpression' && nameOf(value['property']) === 'process'));

const exportsDefault = (node: Node): boolean =>
  node.type === 'ExportDefaultDeclaration' ||
  (node.type === 'ExportSpecifier' && nameOf(node['exported']) === 'default');

const isBarrel = (statements: readonly Node[]): boolean =>
  statements.some((each) => each.type.startsWith('Export')) &&
  statements.every(
    (each) =>
      each.type === 'ImportDeclaration' ||
      each.type === 'ExportAllDeclaration' ||
      (each.type === 'ExportNamedDeclaration' && !isNode(each['declaration'])),
  );

function propertyText(object: Node | undefined, key: string): string | null {
  const property = listOf(object?.['properties']).find((each) => nameOf(each['key']) === key);
  return textOf(property?.['value']);
}
