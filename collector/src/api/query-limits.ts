/** What one query may ask for: over HTTP and from the command line the same. */

export const MAX_QUERY_CHARS = 100_000;
export const MAX_ROWS = 100_000;
export const MAX_TIMEOUT_MS = 60_000;

/** Names the number of rows after which an answer ends, where there would be more. */
export const CUT_HEADER = 'x-sonde-cut-after-rows';
