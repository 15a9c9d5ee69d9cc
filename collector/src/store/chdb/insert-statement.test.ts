import { expect, test } from '@jest/globals';
import { insertStatement } from './insert-statement.ts';

test('the statement carries its settings itself, and nothing of a name can leave its quotes', () => {
  const statement = insertStatement({
    table: 'otel`_traces',
    columns: 'A, B',
    path: "/blocks/it's\\1.native",
  });
  expect(statement).toMatch(/^INSERT INTO sonde\.`otel\\`_traces` \(A, B\) SETTINGS /);
  expect(statement).toMatch(/ SELECT \* FROM file\('\/blocks\/it\\'s\\\\1\.native', 'Native'\)$/);
  expect(statement).toMatch(/ async_insert = 0, .* SELECT /);
});
