/**
 * What a user's query may be: one statement that reads, from our tables, with functions that compute.
 *
 * Nothing here takes SQL apart. The engine parses the text and writes it down again, without comments and as one statement;
 * it parses that as a subquery, where only what reads can stand, and lists the nodes of its syntax tree; here every node
 * has to be of a kind, a function or a table that is on a list. What runs is the text that was written down, not the one
 * that came in. A text in a name can make lines that look like further nodes, but cannot hide one: so it can only get
 * itself refused.
 *
 * This is one of two walls. The other one is the rights and limits of the connection that runs the statement. Each
 * stands where the other has holes: the engine's rights do not cover files read by the function `file`, tables of
 * `system`, nor files written by INTO OUTFILE; this list does not know what a user may spend.
 */
import { DATABASE } from './database.ts';
import { quoteString } from './sql-text.ts';
import { QueryRefused } from './store.ts';

/** Runs a statement of the guard, with a reader's rights, and returns its answer in the format. */
export type Ask = (sql: string, format: string) => Promise<string>;

export class QueryGuard {
  readonly #ask: Ask;
  readonly #functions: ReadonlySet<string>;
  readonly #aggregates: ReadonlySet<string>;

  /** Asks the engine which functions it has. */
  static async load(ask: Ask): Promise<QueryGuard> {
    const sql = 'SELECT name, alias_to, is_aggregate, categories FROM system.functions';
    const lines = (await ask(sql, 'JSONCompactEachRow')).trim().split('\n');
    return new QueryGuard(
      ask,
      lines.map((line) => functionOf(JSON.parse(line))),
    );
  }

  private constructor(ask: Ask, functions: readonly EngineFunction[]) {
    this.#ask = ask;
    const aggregates = new Set(functions.filter((f) => f.isAggregate).map((f) => f.name));
    const allowed = new Set(functions.filter(isHarmless).map((f) => f.name));
    const aliases = functions.filter((f) => f.aliasTo !== '');
    this.#aggregates = withAliases(aggregates, aliases);
    this.#functions = withAliases(allowed, [...aliases, ...SYNTAX]);
  }

  /**
   * @returns the statement that may run in place of the text
   * @throws QueryRefused with the reason
   */
  async admit(sql: string): Promise<string> {
    if (sql.includes('\0')) throw new QueryRefused('The query holds a NUL character');
    const statement = await this.#ask(`SELECT formatQuerySingleLine(${quoteString(sql)})`, 'RawBLOB').catch(
      rethrow((reason) => reason.replace(/: In scope SELECT formatQuerySingleLine\(.*$/s, '')),
    );
    const tree = await this.#ask(`EXPLAIN AST SELECT * FROM (${statement})`, 'TSVRaw').catch(
      rethrow((reason) => (reason.startsWith('Syntax error') ? NOT_A_SELECT : reason)),
    );
    let before = '';
    for (const line of tree.trimEnd().split('\n')) {
      const node = line.trim();
      const reason = this.#objectionTo(node, before);
      if (reason !== null) throw new QueryRefused(reason);
      before = node;
    }
    return statement;
  }

  #objectionTo(node: string, before: string): string | null {
    const [kind = '', name = ''] = node.split(' ', 2);
    if (!NODES.has(kind))
      return OBJECTIONS[kind] ?? `A query cannot use ${kind === '' ? 'line breaks in names' : kind}`;
    switch (kind) {
      case 'Function':
        return before.startsWith('TableExpression')
          ? tableFunctionObjection(name)
          : this.#functionObjection(name);
      case 'TableIdentifier':
        return tableObjection(nameIn(node));
      case 'Identifier':
        // To the right of IN, a name is a table; elsewhere a column, whose table may be called as a database is.
        return OTHER_DATABASE.test(name) ? tableObjection(nameIn(node)) : null;
      default:
        return null;
    }
  }

  #functionObjection(name: string): string | null {
    if (this.#functions.has(name.toLowerCase()) || this.#isAggregate(name)) return null;
    return `A query cannot use the function ${name}`;
  }

  /** Names of aggregate functions may end in combinators, several of them: countIf, sumMapMerge. */
  #isAggregate(name: string): boolean {
    if (this.#aggregates.has(name.toLowerCase())) return true;
    const combinator = COMBINATORS.find((suffix) => name.endsWith(suffix) && name.length > suffix.length);
    return combinator !== undefined && this.#isAggregate(name.slice(0, -combinator.length));
  }
}

/** Refusals go on with a reason that speaks of the user's text, everything else as it is. */
const rethrow =
  (reasonOf: (reason: string) => string) =>
  (error: unknown): never => {
    throw error instanceof QueryRefused ? new QueryRefused(reasonOf(error.message), { cause: error }) : error;
  };

const NOT_A_SELECT =
  'Only a SELECT may run, one at a time, without FORMAT, SETTINGS and INTO OUTFILE (the format is an option beside the query)';

/** Kinds of syntax nodes that can only read; the first word of a line of EXPLAIN AST. */
const NODES: ReadonlySet<string> = new Set([
  'SelectWithUnionQuery',
  'SelectIntersectExceptQuery',
  'SelectQuery',
  'ExpressionList',
  'Subquery',
  'WithElement',
  'TablesInSelectQuery',
  'TablesInSelectQueryElement',
  'TableExpression',
  'TableIdentifier',
  'TableJoin',
  'ArrayJoin',
  'SampleRatio',
  'Identifier',
  'Literal',
  'Function',
  'Asterisk',
  'QualifiedAsterisk',
  'ColumnsRegexpMatcher',
  'ColumnsListMatcher',
  'QualifiedColumnsRegexpMatcher',
  'QualifiedColumnsListMatcher',
  'ColumnsTransformerList',
  'ColumnsExceptTransformer',
  'ColumnsReplaceTransformer',
  'ColumnsReplaceTransformer::Replacement',
  'OrderByElement',
  'InterpolateElement',
  'WindowDefinition',
  'WindowListElement',
]);

/** Kinds of nodes that are likely to be met by accident. APPLY names a function outside of the tree. */
const OBJECTIONS: Readonly<Record<string, string>> = {
  Set: NOT_A_SELECT,
  ColumnsApplyTransformer: 'A query cannot use APPLY',
};

/** Tables of the engine that say what there is to read, and nothing of the machine. */
const SYSTEM_TABLES: ReadonlySet<string> = new Set([
  'system.one',
  'system.numbers',
  'system.columns',
  'system.functions',
  'information_schema.tables',
  'information_schema.columns',
  'INFORMATION_SCHEMA.TABLES',
  'INFORMATION_SCHEMA.COLUMNS',
]);

const OTHER_DATABASE = /^(system|information_schema|default)\./i;

function tableObjection(name: string): string | null {
  const isOurs = !name.includes('.') || name.startsWith(`${DATABASE}.`) || SYSTEM_TABLES.has(name);
  return isOurs ? null : `A query cannot read ${name}, only tables of ${DATABASE}`;
}

/** A line ends in " (alias x)" and " (children 2)" where there are such. */
const nameIn = (node: string): string => /^\S+ (.*?)(?: \(alias .*\)| \(children \d+\))*$/.exec(node)![1]!;

/** They make rows from their arguments. */
const TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  'numbers',
  'numbers_mt',
  'generate_series',
  'generateseries',
  'values',
]);

const tableFunctionObjection = (name: string): string | null =>
  TABLE_FUNCTIONS.has(name.toLowerCase()) ? null : `A query cannot read from the table function ${name}`;

interface EngineFunction {
  /** In lower case: some names may be written either way. */
  readonly name: string;
  readonly aliasTo: string;
  readonly isAggregate: boolean;
  readonly categories: readonly string[];
}

function functionOf(
  row: [name: string, aliasTo: string, isAggregate: number, categories: string],
): EngineFunction {
  const [name, aliasTo, isAggregate, categories] = row;
  return {
    name: name.toLowerCase(),
    aliasTo: aliasTo.toLowerCase(),
    isAggregate: isAggregate === 1,
    categories: categories.split(',').map((category) => category.trim()),
  };
}

/**
 * The engine's categories of functions that only compute. Not among them: dictionaries and models, which are files;
 * introspection; artificial intelligence, which is the network; and "Other", of which the harmless ones are named below.
 */
const CATEGORIES: ReadonlySet<string> = new Set([
  'Arithmetic',
  'Arrays',
  'Bit',
  'Bitmap',
  'Comparison',
  'Conditional',
  'Dates and Times',
  'Distance',
  'Encoding',
  'Financial',
  'Geo',
  'Geo Polygon',
  'Hash',
  'IP Address',
  'JSON',
  'Logical',
  'Map',
  'Mathematical',
  'Null',
  'NumericIndexedVector',
  'Random Number',
  'Rounding',
  'String',
  'String Replacement',
  'String Search',
  'String Splitting',
  'Time Series',
  'Time Window',
  'Tuple',
  'Type Conversion',
  'URL',
  'UUID',
]);

const HARMLESS: ReadonlySet<string> = new Set(
  [
    ...['bar', 'blockNumber', 'byteSize', 'caseWithExpression', 'countDigits', 'currentDatabase', 'digits'],
    ...[
      'dumpColumnStructure',
      'finalizeAggregation',
      'formatQuery',
      'formatQuerySingleLine',
      'formatReadableDecimalSize',
    ],
    ...[
      'formatReadableQuantity',
      'formatReadableSize',
      'formatReadableTimeDelta',
      'getSubcolumn',
      'identity',
      'ignore',
    ],
    ...['indexHint', 'initializeAggregation', 'isConstant', 'isDecimalOverflow', 'lowCardinalityIndices'],
    ...[
      'lowCardinalityKeys',
      'materialize',
      'minSampleSizeContinuous',
      'minSampleSizeConversion',
      'neighbor',
      'nested',
    ],
    ...['normalizedQueryHash', 'normalizeQuery', 'parseReadableSize', 'parseReadableSizeOrNull'],
    ...[
      'parseReadableSizeOrZero',
      'parseTimeDelta',
      'rowNumberInAllBlocks',
      'rowNumberInBlock',
      'runningAccumulate',
    ],
    ...[
      'runningDifference',
      'runningDifferenceStartingWithFirstValue',
      'throwIf',
      'toColumnTypeName',
      'toTypeName',
    ],
    ...['transform', 'variantElement', 'variantType', 'version', 'visibleWidth'],
  ].map((name) => name.toLowerCase()),
);

const isHarmless = ({ name, categories }: EngineFunction): boolean =>
  HARMLESS.has(name) || categories.some((category) => CATEGORIES.has(category));

/** What the tree shows as a function and the engine's list of functions does not hold. */
const SYNTAX = ['lambda', 'exists', 'grouping'].map((name) => ({ name, aliasTo: 'identity' }));

/** ClickHouse documentation, "Aggregate function combinators"; those that end in another one stand before it. */
const COMBINATORS: readonly string[] = [
  ...[
    'SimpleState',
    'MergeState',
    'State',
    'Merge',
    'ForEach',
    'Distinct',
    'OrDefault',
    'OrNull',
    'Resample',
  ],
  ...['ArgMin', 'ArgMax', 'Array', 'Map', 'If'],
];

const withAliases = (
  names: ReadonlySet<string>,
  aliases: readonly { readonly name: string; readonly aliasTo: string }[],
): ReadonlySet<string> =>
  new Set([...names, ...aliases.filter(({ aliasTo }) => names.has(aliasTo)).map(({ name }) => name)]);
