import { readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quoteString } from './sql-text.ts';
import { CENSUS, censusOf, testBlock } from './testing/test-block.ts';
import { openTestStore } from './testing/test-store.ts';

const opened = openTestStore();
const SECRET = 'not for queries';
let secretFile = '';
/** What an attack may try to write. */
const LOOT = 'loot';
/** Requests that reached a server next door. */
let visits = 0;
let server: Server;
let address = '';

beforeAll(async () => {
  secretFile = join(opened.dataDir, 'secret.txt');
  await writeFile(secretFile, SECRET);
  server = createServer((_, response) => {
    visits++;
    response.end(SECRET);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await opened.store.insert(testBlock(1));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** In a text: $FILE a file, $LOOT a file that is not there, $HOST a server. */
const ask = async (sql: string, format = 'JSONCompactEachRow') => {
  const text = sql
    .replaceAll('$FILE', secretFile)
    .replaceAll('$LOOT', join(opened.dataDir, LOOT))
    .replaceAll('$HOST', address);
  const answer = await opened.store.query(text, { format, maxRows: 1000, timeoutMs: 10_000 });
  return new TextDecoder().decode(answer);
};

/** Short, and without what a terminal would swallow. */
const titleOf = (sql: string) => JSON.stringify(sql).slice(1, 110);

describe('a query that does harm is refused:', () => {
  const check = (sql: string, reason: RegExp = /cannot|Only a SELECT/) =>
    test(titleOf(sql), async () => {
      const refusal = expect(ask(sql)).rejects;
      await refusal.toMatchObject({ name: 'QueryRefused', message: expect.stringMatching(reason) });
      await expect(ask(sql)).rejects.not.toThrow(new RegExp(SECRET));
    });

  describe('files', () => {
    const FILE = /cannot use the function file$/;
    check("SELECT file('$FILE')", FILE);
    check("SELECT `file`('$FILE')", FILE);
    check("SELECT/**/file /* ( */ ('$FILE')", FILE);
    check("WITH '$FILE' AS path SELECT file(path)", FILE);
    check("WITH x -> file(x) AS f SELECT f('$FILE')", /cannot use the function f(ile)?$/);
    check("SELECT arrayMap(x -> file(x), ['$FILE'])", FILE);
    check("SELECT * APPLY(file) FROM (SELECT '$FILE' AS x)", /APPLY/);
    check("SELECT * APPLY(x -> file(x)) FROM (SELECT '$FILE' AS x)", /APPLY/);
    check("SELECT COLUMNS('x') APPLY file FROM (SELECT '$FILE' AS x)", /APPLY/);
    check("SELECT * REPLACE (file('$FILE') AS x) FROM (SELECT 1 AS x)", FILE);
    check("SELECT 1 FROM system.one WHERE file('$FILE') != ''", FILE);
    check("SELECT 1 FROM otel_logs GROUP BY GROUPING SETS ((file('$FILE')), ())", FILE);
    check("SELECT 1 FROM otel_logs ORDER BY file('$FILE')", FILE);
    check("SELECT number FROM numbers(3) ORDER BY number WITH FILL FROM length(file('$FILE'))", FILE);
    check(
      "SELECT number AS n, 1 AS x FROM numbers(3) ORDER BY n WITH FILL INTERPOLATE (x AS file('$FILE'))",
      FILE,
    );
    check("SELECT 1 LIMIT length(file('$FILE'))", FILE);
    check("SELECT 1 FROM otel_logs LIMIT 1 BY file('$FILE')", FILE);
    check("SELECT count() OVER (PARTITION BY file('$FILE')) FROM system.one", FILE);
    check("SELECT count() OVER w FROM system.one WINDOW w AS (ORDER BY file('$FILE'))", FILE);
    check("SELECT 1 FROM system.one QUALIFY file('$FILE') = ''", FILE);
    check("SELECT x FROM system.one ARRAY JOIN [file('$FILE')] AS x", FILE);
    check("SELECT 1 FROM system.one AS a JOIN system.one AS b ON file('$FILE') = toString(a.dummy)", FILE);
    check("SELECT 1 UNION ALL SELECT length(file('$FILE'))", FILE);
    check("SELECT 1 INTERSECT SELECT length(file('$FILE'))", FILE);
    check("SELECT 1 IN (SELECT length(file('$FILE')))", FILE);
    check("SELECT quantile(length(file('$FILE')))(1)", FILE);
    check("SELECT count() FROM numbers(length(file('$FILE')))", FILE);
    check("SELECT catboostEvaluate('$FILE', 1)");
    check('SELECT regionToName(1)');
    check("SELECT * FROM file('$FILE', 'LineAsString')", /cannot read from the table function file/);
    check("SELECT * FROM (SELECT * FROM file('$FILE', 'LineAsString'))", /table function file/);
    check("SELECT 1 WHERE 'x' IN (SELECT * FROM file('$FILE', 'LineAsString'))", /table function file/);
    check("SELECT * FROM filesystem('$FILE')");
    check("SELECT * FROM sqlite('$FILE', 't')");
    check("SELECT * FROM executable('cat', 'TSV', 'x String')");
    check("SELECT * FROM icebergLocal('$FILE')");
    check("SELECT * FROM arrowstream('$FILE')");
    check("SELECT * FROM '$FILE'", /cannot read|privileges/);
    check('SELECT * FROM `$FILE`', /cannot read|privileges/);
    check('SELECT * FROM default.`$FILE`');
    check("SELECT 1 INTO OUTFILE '$LOOT'");
    check("SELECT 1 INTO OUTFILE '$LOOT' TRUNCATE FORMAT CSV");
    check("(SELECT 1) INTO OUTFILE '$LOOT' AND STDOUT");
    check("SELECT * FROM (SELECT 1 INTO OUTFILE '$LOOT')", /Syntax error/);
    check("SELECT 1) INTO OUTFILE '$LOOT' --", /Syntax error/);
    check("INSERT INTO FUNCTION file('$LOOT', 'TSV', 'x Int8') VALUES (1)");
    check("BACKUP TABLE sonde.otel_logs TO File('$LOOT')");
    check("DESCRIBE file('$FILE', 'LineAsString')");
  });

  describe('the network', () => {
    check("SELECT * FROM url('http://$HOST/', 'LineAsString')");
    check("SELECT * FROM url('file://$FILE', 'LineAsString')");
    check("SELECT * FROM s3('http://$HOST/bucket/key', 'LineAsString')");
    check("SELECT * FROM remote('$HOST', system.one)");
    check("SELECT * FROM remoteSecure('$HOST', system.one)");
    check("SELECT * FROM cluster('default', system.one)");
    check("SELECT * FROM mysql('$HOST', 'd', 't', 'u', 'p')");
    check("SELECT * FROM postgresql('$HOST', 'd', 't', 'u', 'p')");
    check("SELECT * FROM mongodb('$HOST', 'd', 't', 'u', 'p', 'x String')");
    check("SELECT * FROM redis('$HOST', 'k', 'k String')");
    check("SELECT * FROM hdfs('hdfs://$HOST/x', 'LineAsString')");
    check("SELECT * FROM odbc('DSN=x', 't')");
    check("SELECT aiGenerate('$HOST', 'say something')");
  });

  describe('what the engine knows of the machine', () => {
    check('SELECT * FROM system.settings', /only tables of sonde$/);
    check('SELECT * FROM system.server_settings');
    check('SELECT * FROM system.tables');
    check('SELECT * FROM system.parts');
    check('SELECT * FROM system.disks');
    check('SELECT * FROM system.processes');
    check('SELECT * FROM system.users');
    check('SELECT * FROM system.stack_trace');
    check('SELECT * FROM `system`.`disks`');
    check('SELECT * FROM system.one AS a, system.disks AS b');
    check('SELECT (SELECT max(path) FROM system.disks)');
    check("SELECT 'x' IN system.disks");
    check("SELECT 'x' IN (system.disks)");
    check("SELECT * FROM merge('system', '^disks$')");
    check("SELECT * FROM loop('system', 'disks')");
    check('SELECT * FROM view(SELECT * FROM system.disks)');
    check("SELECT * FROM mergeTreeIndex('sonde', 'otel_logs')");
    check("SELECT getServerSetting('path')");
    check("SELECT getSetting('max_threads')");
    check("SELECT getMacro('x')");
    check('SELECT hostName()');
    check('SELECT FQDN()');
    check('SELECT serverUUID()');
    check('SELECT filesystemAvailable()');
    check('SELECT addressToLine(1)');
    check("SELECT dictGet('d', 'a', 1)");
    check("SELECT * FROM dictionary('d')");
    check("SELECT joinGet('sonde.x', 'a', 1)");
    check('SHOW TABLES');
    check('SHOW PROCESSLIST');
    check('SHOW GRANTS');
    check('SHOW CREATE TABLE otel_logs');
    check('EXPLAIN SELECT 1', /viewExplain/);
    check('EXPLAIN indexes = 1 SELECT * FROM otel_logs', /viewExplain/);
    check("EXPLAIN AST SELECT file('$FILE')", /viewExplain|cannot use/);
    check('SELECT * FROM (EXPLAIN SELECT 1)', /viewExplain/);
  });

  describe('changes', () => {
    check('DROP TABLE otel_logs');
    check('TRUNCATE TABLE otel_logs');
    check('ALTER TABLE otel_logs DELETE WHERE 1');
    check('INSERT INTO batches SELECT * FROM batches');
    check("INSERT INTO batches (AgentId) VALUES ('x')", /cannot|Only a SELECT|expected/i);
    check('CREATE TABLE x (a Int8) ENGINE = Memory');
    check('CREATE TEMPORARY TABLE x (a Int8)');
    check('CREATE VIEW x AS SELECT 1');
    check('CREATE FUNCTION f AS x -> x');
    check('CREATE USER mallory IDENTIFIED WITH no_password');
    check('GRANT ALL ON *.* TO default');
    check('DELETE FROM otel_logs WHERE 1');
    check('UPDATE otel_logs SET Body = 1 WHERE 1', /Syntax error|Only a SELECT|cannot/);
    check('RENAME TABLE otel_logs TO x');
    check('DETACH TABLE otel_logs');
    check('OPTIMIZE TABLE otel_logs FINAL');
    check('SYSTEM SHUTDOWN');
    check('KILL QUERY WHERE 1');
    check('USE system');
    check('BEGIN TRANSACTION');
    check('SET max_threads = 1');
    check('SET ROLE owner');
    check('SET ROLE ALL');
    check('EXECUTE AS default SELECT 1', /cannot|Only a SELECT|Syntax error/);
    check('SELECT 1 SETTINGS readonly = 0');
    check('SELECT * FROM (SELECT 1 SETTINGS max_memory_usage = 0)');
    check('SELECT 1 FORMAT Null');
    check('WITH 1 AS x INSERT INTO batches SELECT x', /cannot|Only a SELECT|Syntax error/);
  });

  describe('more than one statement', () => {
    const TWO = /Multi-statements are not allowed/;
    check('SELECT 1; SELECT 2', TWO);
    check('SELECT 1; DROP TABLE otel_logs', TWO);
    check('SELECT 1;\n\nDROP TABLE otel_logs', TWO);
    check('SET ROLE owner; SELECT * FROM system.disks', TWO);
    check('SELECT 1 -- \n; DROP TABLE otel_logs', TWO);
    check('SELECT 1); DROP TABLE sonde.otel_logs; SELECT (1', /Syntax error/);
    check("SELECT '\\'); DROP TABLE sonde.otel_logs; --", /Syntax error/);
    check('', /Empty query/);
    check('-- nothing', /Empty query/);
    check('SELECT 1\0; DROP TABLE otel_logs', /NUL/);
  });

  describe('what would hold up others', () => {
    check('SELECT sleep(3)');
    check('SELECT sleepEachRow(1) FROM numbers(100)');
    check(`SELECT ${'('.repeat(5000)}1`, /parse depth/);
    check(`SELECT ${'case when 1 then '.repeat(900)}`, /backtracking/);
    check(`SELECT ${'- '.repeat(3000)}1`, /too deep/);
    check(`SELECT '${'x'.repeat(300_000)}'`, /query size/);
    check('SELECT {x:String}', /Substitution|Only a SELECT/);
    check('SELECT arrayFold((a, x) -> a + x, range(300000000), 0::UInt64)', /memory limit/);
    check('WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r', /depth/);
  });

  test('and left no trace', async () => {
    expect(JSON.parse(await ask(CENSUS, 'JSONEachRow'))).toEqual(censusOf(1));
    expect(await readdir(opened.dataDir)).not.toContain(LOOT);
    expect(visits).toBe(0);
    expect(opened.notes).toEqual([]);
  });
});

describe('a query that does none is answered:', () => {
  const check = (sql: string, ...rows: unknown[][]) =>
    test(sql, async () => {
      const lines = (await ask(sql)).split('\n').filter((line) => line !== '');
      expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
    });

  check('SELECT 1', [1]);
  check('select 1;', [1]);
  check('SELECT 1 ;; -- and no more', [1]);
  check('/* first */ SELECT /* then */ 1 # at last', [1]);
  check('1 + 1', [2]);
  check('SELECT count() FROM otel_traces', [8]);
  check('SELECT sum(Requests) FROM sonde.red_1m FINAL', [5]);
  check('FROM otel_logs SELECT count()', [2]);
  check("SELECT 'file(\\'/etc/passwd\\')'", ["file('/etc/passwd')"]);
  check("SELECT 'it''s; DROP TABLE otel_logs -- ' || $$INTO OUTFILE 'x'$$", [
    "it's; DROP TABLE otel_logs -- INTO OUTFILE 'x'",
  ]);
  check('SELECT 1 AS file, 2 AS url, file + url', [1, 2, 3]);
  check('WITH file AS (SELECT 7 AS url) SELECT url FROM file', [7]);
  check('SELECT x FROM (SELECT 1 AS x) AS remote WHERE remote.x = 1', [1]);
  check('SELECT s.x FROM (SELECT 1 AS x) AS s JOIN (SELECT 1 AS x) AS system USING (x)', [1]);
  check('WITH 2 AS two, (SELECT max(number) FROM numbers(4)) AS top SELECT two * top', [6]);
  check(
    'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT sum(n) FROM r',
    [15],
  );
  check('SELECT 1 UNION ALL SELECT 1 UNION DISTINCT SELECT 1', [1]);
  check('SELECT number FROM numbers(4) EXCEPT SELECT number FROM numbers(2)', [2], [3]);
  check(
    'SELECT a.SpanId = b.SpanId FROM otel_traces AS a JOIN otel_traces AS b ON a.SpanId = b.SpanId LIMIT 1',
    [1],
  );
  check('SELECT a.number FROM numbers(2) AS a LEFT ANTI JOIN (SELECT 0 AS number) AS b USING (number)', [1]);
  check(
    'SELECT number, row_number() OVER (ORDER BY number DESC) AS r FROM numbers(2) ORDER BY number',
    [0, 2],
    [1, 1],
  );
  check(
    'SELECT sum(number) OVER w AS s FROM numbers(3) WINDOW w AS (ORDER BY number ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY number',
    [0],
    [1],
    [3],
  );
  check('SELECT number FROM numbers(5) QUALIFY row_number() OVER (ORDER BY number) = 2', [1]);
  check('SELECT arraySum(arrayMap(x -> x * 2, [1, 2, 3])), [1, 2][1], (3, 4).2', [12, 1, 4]);
  check("SELECT map('a', 1)['a'], mapKeys(map('b', 2))", [1, ['b']]);
  check('SELECT x FROM (SELECT [1, 2] AS xs) ARRAY JOIN xs AS x', [1], [2]);
  check("SELECT SpanAttributes['server.port'] FROM otel_traces LIMIT 1", ['8080']);
  check("SELECT countIf(StatusCode = 'Error'), quantile(0.5)(Duration) FROM otel_traces", [0, 1_500_000]);
  check('SELECT uniqExactIf(SpanId, 1), sumMap(map(1, 1)), maxOrNull(Duration) IS NULL FROM otel_traces', [
    8,
    { 1: 8 },
    0,
  ]);
  check(
    'SELECT uniqMerge(u), maxArrayIf([1, 2], 1) FROM (SELECT uniqState(SpanId) AS u FROM otel_traces)',
    [8, 2],
  );
  check("SELECT toStartOfInterval(toDateTime('2024-01-01 10:01:01', 'UTC'), INTERVAL 5 MINUTE)", [
    '2024-01-01 10:00:00',
  ]);
  check(
    "SELECT CASE WHEN 1 THEN 'a' ELSE 'b' END, CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END, if(1, 2, 3), 1 ? 2 : 3",
    ['a', 'b', 2, 2],
  );
  check("SELECT CAST('1' AS UInt8), '2'::UInt8, toTypeName(3::Int64)", [1, 2, 'Int64']);
  check("SELECT EXTRACT(YEAR FROM toDate('2024-05-01')), DATE '2024-01-01' + INTERVAL 1 DAY", [
    2024,
    '2024-01-02',
  ]);
  check(
    "SELECT 'Abc' LIKE 'A%', 'Abc' ILIKE 'a%', match('abc', 'b+'), position('abc', 'c'), 2 BETWEEN 1 AND 3",
    [1, 1, 1, 3, 1],
  );
  check('SELECT 1 WHERE 1 IN (1, 2) AND (1, 2) IN (SELECT 1, 2) AND EXISTS (SELECT 1) AND NOT 0', [1]);
  check(
    'SELECT count() FROM otel_traces WHERE SpanId IN (SELECT SpanId FROM otel_traces WHERE Duration > 0)',
    [8],
  );
  check('SELECT number % 2 AS odd, count() FROM numbers(4) GROUP BY odd WITH TOTALS HAVING odd = 1', [1, 2]);
  check('SELECT number FROM numbers(3) ORDER BY number DESC LIMIT 1 OFFSET 1', [1]);
  check('SELECT number FROM numbers(1) ORDER BY number WITH FILL TO 3', [0], [1], [2]);
  check('SELECT number FROM numbers(4) ORDER BY number LIMIT 1 BY number % 2', [0], [1]);
  check('SELECT DISTINCT ServiceName FROM otel_traces', ['cart']);
  check('SELECT * EXCEPT (b) REPLACE (a + 1 AS a) FROM (SELECT 1 AS a, 2 AS b)', [2]);
  check("SELECT COLUMNS('^a') FROM (SELECT 1 AS a, 2 AS b)", [1]);
  check('SELECT generate_series FROM generate_series(1, 3)', [1], [2], [3]);
  check("SELECT * FROM values('a UInt8, b String', (1, 'x'), (2, 'y'))", [1, 'x'], [2, 'y']);
  check("SELECT count() > 5 FROM system.columns WHERE database = 'sonde' AND table = 'otel_logs'", [1]);
  check("SELECT table_name FROM information_schema.tables WHERE table_name = 'otel_logs'", ['otel_logs']);
  check("SELECT JSONExtractString('{\"a\":\"b\"}', 'a'), lower('A'), formatReadableSize(1024)", [
    'b',
    'a',
    '1.00 KiB',
  ]);
  check("SELECT 'Ünïcode \u{1F600}', 'line\\nbreak'", ['Ünïcode \u{1F600}', 'line\nbreak']);
});

describe('a string literal', () => {
  test('comes back as it went in, whatever it says', async () => {
    const text = fc.string({
      unit: fc.constantFrom("'", '\\', '"', '`', '\n', '\t', '$', ';', '--', '/*', '{', 'é', 'x', '\u0001'),
    });
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        expect(await ask(`SELECT ${quoteString(value)}`, 'RawBLOB')).toBe(value);
      }),
      { numRuns: 100 },
    );
  });
});
