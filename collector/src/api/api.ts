/** The collector's HTTP interface: health, the store at a glance, read-only SQL. It changes nothing. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { QueryRefused, type Store, StoreUnavailable } from '../store/store.ts';
import { isLocalHostHeader } from './local-host.ts';
import { contentTypeOf } from './query-format.ts';
import { CUT_HEADER, MAX_QUERY_CHARS, MAX_ROWS, MAX_TIMEOUT_MS } from './query-limits.ts';
import { summaryJson } from './summary-json.ts';

export interface ApiOptions {
  readonly store: Store;
  /** Why it does not take batches now; null: it does. */
  readonly notReady: () => string | null;
  /** True if it listens on a loopback address only: then a Host header that names anything else is refused. */
  readonly isLocal: boolean;
}

const MAX_BODY_BYTES = 1 << 20;

const queryForm = z.strictObject({
  query: z.string().min(1).max(MAX_QUERY_CHARS),
  format: z
    .string()
    .regex(/^[A-Za-z0-9]{1,40}$/, 'must be the name of a format')
    .default('JSON'),
  maxRows: z.int().min(1).max(MAX_ROWS).default(10_000),
  timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS).default(10_000),
});

export function createApi({ store, notReady, isLocal }: ApiOptions): Hono {
  const api = new Hono();

  // A page of another site that resolves its own name to 127.0.0.1 would otherwise read what is stored (DNS rebinding).
  api.use(async (context, next) => {
    const host = context.req.header('host') ?? '';
    if (isLocal && !isLocalHostHeader(host))
      return context.json({ error: `Host ${JSON.stringify(host)} is not served` }, 403);
    return next();
  });

  api.get('/healthz', (context) => context.text('ok\n'));

  api.get('/readyz', (context) => {
    const reason = notReady();
    return reason === null ? context.text('ready\n') : context.text(`${reason}\n`, 503);
  });

  api.get('/api/v1/summary', async (context) =>
    context.json(summaryJson(await store.summary(), store.engine)),
  );

  const limit = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: (context) => context.json({ error: `The body has more than ${MAX_BODY_BYTES} bytes` }, 413),
  });
  api.post('/api/v1/sql', limit, async (context) => {
    const form = queryForm.safeParse(await context.req.json());
    if (!form.success) return context.json({ error: faultsOf(form.error) }, 400);
    const { query, ...options } = form.data;
    let isCut = false;
    const answer = await store.query(query, { ...options, onCut: () => (isCut = true) });
    return context.body(new Uint8Array(answer), 200, {
      'content-type': contentTypeOf(options.format),
      ...(isCut ? { [CUT_HEADER]: String(options.maxRows) } : {}),
    });
  });

  for (const path of ['/healthz', '/readyz', '/api/v1/summary']) api.all(path, methodFault('GET, HEAD'));
  api.all('/api/v1/sql', methodFault('POST'));

  api.notFound((context) => context.json({ error: `There is no ${context.req.path}` }, 404));

  api.onError((error, context) => {
    // Of this process's own JSON none is parsed on the way of a request.
    if (error instanceof SyntaxError) return context.json({ error: 'The body is not JSON' }, 400);
    if (error instanceof QueryRefused) return context.json({ error: error.message }, 400);
    if (error instanceof StoreUnavailable) return context.json({ error: error.message }, 503);
    return context.json({ error: error.message }, 500);
  });

  return api;
}

const methodFault = (allowed: string) => (context: Context) =>
  context.json({ error: `${context.req.path} takes ${allowed} only` }, 405, { allow: allowed });

/** All in one line: it may end up on a terminal. */
const faultsOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ');
