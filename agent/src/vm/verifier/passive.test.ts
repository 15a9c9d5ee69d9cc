import { expect, test } from '@jest/globals';
import { decodeKnown } from '../isa/decode.ts';
import { assemble } from '../testing/assembler.ts';
import { activeCalls } from './passive.ts';

test.each([
  ['reading helpers', 'call 1\ncall 14\ncall 112\ncall 130\nexit', []],
  ['calls of own functions', 'call local f\nexit\nf:\nexit', []],
  ['probe_write_user', 'mov %r0, 0\ncall 36\nexit', [{ slot: 1, helper: 'probe_write_user' }]],
  ['override_return', 'call 58\nexit', [{ slot: 0, helper: 'override_return' }]],
  [
    'signals, also in code that is never reached',
    'mov %r0, 0\njeq %r0, 0, +2\ncall 109\ncall 117\nexit',
    [
      { slot: 2, helper: 'send_signal' },
      { slot: 3, helper: 'send_signal_thread' },
    ],
  ],
  ['a helper that nobody knows', 'call 9999\nexit', [{ slot: 0, helper: 'helper 9999' }]],
  ['a call through a register', 'call %r1\nexit', [{ slot: 0, helper: 'register' }]],
  ['an instruction that CO-RE poisoned', 'call 0xbad2310\nexit', []],
])('%s', (_name, text, expected) => {
  expect(activeCalls(decodeKnown(assemble(text).bytes))).toEqual(expected);
});
