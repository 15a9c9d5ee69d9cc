/** A collector of its own, in this process, with the real store: for tests that ask it as its users do. */
import { type Settings, settingsSchema } from '@sonde/settings';
import type { SummaryJson } from '../../collector/src/api/summary-json.ts';
import { type Collector, startCollector } from '../../collector/src/app.ts';

export interface TestCollectorOptions {
  readonly dataDir: string;
  readonly assembly?: Partial<Settings['assembly']> | undefined;
}

/** Longer than any run: all rows of a trace meet, however slow the machine is. The collector's end waits for no window. */
const WINDOW_MS = 60_000;
const BLOCK_MS = 100;

export class TestCollector {
  readonly ingestAddress: string;
  readonly #apiUrl: string;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<number>;

  private constructor({ ingestAddress, apiUrl, runUntil }: Collector) {
    this.ingestAddress = ingestAddress;
    this.#apiUrl = apiUrl;
    this.#ended = runUntil(this.#stopping.signal);
  }

  static async start({ dataDir, assembly }: TestCollectorOptions): Promise<TestCollector> {
    const settings = settingsSchema.parse({
      listen: { ingest: '127.0.0.1:0', api: '127.0.0.1:0' },
      assembly: { windowMs: WINDOW_MS, blockMs: BLOCK_MS, ...assembly },
      store: { dataDir },
    });
    return new TestCollector(await startCollector({ settings, note: () => undefined }));
  }

  /** @returns the rows; numbers of 64 bits may be text. @throws Error with what the API says against the query */
  async sql<Row>(query: string): Promise<Row[]> {
    const answer = await fetch(`${this.#apiUrl}/api/v1/sql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, format: 'JSONEachRow', maxRows: 100_000, timeoutMs: 60_000 }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${text}\n${query}`);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  }

  async summary(): Promise<SummaryJson> {
    const answer = await fetch(`${this.#apiUrl}/api/v1/summary`);
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as SummaryJson;
  }

  /** Ends in order: what was acknowledged is stored then. @throws Error if it does not */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const code = await this.#ended;
    if (code !== 0) throw new Error(`The collector ended with code ${code}`);
  }
}
