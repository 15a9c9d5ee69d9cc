/** The media type of an answer in a ClickHouse output format. */
export function contentTypeOf(format: string): string {
  if (/^JSON(EachRow|CompactEachRow|StringsEachRow|LinesWithProgress)/.test(format))
    return 'application/x-ndjson';
  if (format.startsWith('JSON')) return 'application/json';
  if (format.startsWith('CSV')) return 'text/csv; charset=utf-8';
  if (/^(TSV|TabSeparated)/.test(format)) return 'text/tab-separated-values; charset=utf-8';
  if (/^(Pretty|Vertical|Markdown|Values|SQLInsert|XML)/.test(format)) return 'text/plain; charset=utf-8';
  return 'application/octet-stream';
}
