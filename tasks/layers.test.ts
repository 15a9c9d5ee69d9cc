import { expect, test } from '@jest/globals';
import { check } from './layers.ts';

const ok = (path: string, source: string) => expect(check('agent', path, source)).toEqual([]);
const bad = (path: string, source: string, want: RegExp) =>
  expect(check('agent', path, source).join('\n')).toMatch(want);

test('vm imports nothing of ours', () =>
  bad('vm/x.ts', "import { a } from '../model/a.ts';", /vm\/x.ts: imports "model\/a.ts".*published alone/));
test('a workload cannot reach a parser', () =>
  bad('workloads/capture/x.ts', "import { a } from '../../protocols/http/index.ts';", /past the bytecode/));
test('a type import counts too', () =>
  bad('model/x.ts', "import type { A } from '../vm/machine.ts';", /imports "vm\/machine.ts"/));
test('an import over several lines counts too', () =>
  bad('model/x.ts', "import {\n  a,\n  b,\n} from '../vm/machine.ts';", /vm\/machine/));
test('a re-export counts too', () =>
  bad('model/x.ts', "export { a } from '../vm/machine.ts';", /vm\/machine/));
test('a dynamic import counts too', () =>
  bad('model/x.ts', "const a = await import('../vm/machine.ts');", /vm\/machine/));
test('rooms without IO read no files', () =>
  bad('protocols/http/x.ts', "import { readFileSync } from 'node:fs';", /no input or output/));
test('only hooks/linux calls the kernel', () => {
  ok('hooks/linux/x.ts', "import koffi from 'koffi';");
  bad('hooks/sim/x.ts', "import koffi from 'koffi';", /package "koffi"/);
});
test('one protocol imports no other', () =>
  bad('protocols/http/x.ts', "import { a } from '../mysql/parse.ts';", /protocol/));
test('a protocol may import the contract', () =>
  ok('protocols/http/x.ts', "import type { Parsed } from '../protocol.ts';"));
test('top-level files know every room', () => ok('app.ts', "import { a } from './vm/machine.ts';"));
test('a room without a rule is a fault', () => bad('newroom/x.ts', '', /no rule for the room "newroom"/));
