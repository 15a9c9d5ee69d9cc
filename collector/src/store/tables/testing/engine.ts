/**
 * The real engine for tests of tables and queries, in a child process with a folder of its own: the engine is native code
 * that allows one folder a process, and must not share Jest's.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Block } from '../../../model/block.ts';
import { insertStatement } from '../../chdb/insert-statement.ts';
import { DATABASE } from '../../database.ts';
import type { NativeRows, Table } from '../table.ts';
import { TABLES } from '../tables.ts';

export type Row = Record<string, unknown>;

export class TestEngine {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sonde-tables-'));
  #files = 0;
  readonly #child: ChildProcess;
  readonly #waiting: { resolve: (text: string) => void; reject: (error: Error) => void }[] = [];

  constructor() {
    this.#child = fork(
      fileURLToPath(new URL('engine-child.ts', import.meta.url)),
      [join(this.#folder, 'data')],
      {
        execArgv: ['--disable-warning=ExperimentalWarning'],
      },
    );
    this.#child.on('message', (answer: { text?: string; error?: string }) => {
      const waiting = this.#waiting.shift()!;
      if (answer.error === undefined) waiting.resolve(answer.text ?? '');
      else waiting.reject(new Error(answer.error));
    });
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#waiting.splice(0))
        reject(new Error(`The engine ended: ${code ?? signal}`));
    });
  }

  /** A statement, or a query with the format that it names. */
  run(sql: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.send(sql);
    });
  }

  /** Rows of a query in the database of the tables; numbers of 64 bits as JSON numbers. */
  readonly query = async (sql: string): Promise<Row[]> => {
    const text = await this.run(
      `${sql}\nSETTINGS output_format_json_quote_64bit_integers = 0\nFORMAT JSONEachRow`,
    );
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  };

  async createTables(retentionDays = 7): Promise<void> {
    await this.run(`CREATE DATABASE IF NOT EXISTS ${DATABASE}`);
    for (const table of TABLES)
      for (const statement of table.ddl({ database: DATABASE, retentionDays })) await this.run(statement);
    await this.run(`USE ${DATABASE}`);
  }

  async dropTables(): Promise<void> {
    await this.run(`DROP DATABASE IF EXISTS ${DATABASE} SYNC`);
  }

  /** Inserts the rows of a block, as the store does. */
  async insert(block: Block, tables: readonly Table[] = TABLES): Promise<void> {
    for (const table of tables) {
      const rows = table.encode(block);
      if (rows === null) continue;
      const path = this.#write(rows);
      await this.run(insertStatement({ table: table.name, columns: rows.columns, path }));
    }
  }

  /** The rows as a table function. */
  file(rows: NativeRows): string {
    return `file('${this.#write(rows)}', 'Native')`;
  }

  /** Each file has a name of its own: the engine may remember what it found in one. */
  #write(rows: NativeRows): string {
    const path = join(this.#folder, `${this.#files++}.native`);
    writeFileSync(path, rows.bytes);
    return path;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
