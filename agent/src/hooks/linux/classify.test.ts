import { constants } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { classify, lastMeaningfulLine, type Refusal, refused } from './classify.ts';

const { EPERM, EACCES, EINVAL, ENOENT, ENOMEM, EOPNOTSUPP } = constants.errno;
const LOG = `12: (85) call bpf_probe_read_user#112
R2 unbounded memory access, use 'var &= const' or 'if (var < const)'
processed 13 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`;

describe('classify()', () => {
  function check(errno: number, log: string, trivialLoads: boolean, want: Refusal): void {
    expect(classify(errno, log, () => trivialLoads)).toBe(want);
  }

  test('EPERM before verification, other programs load: a policy', () => check(EPERM, '', true, 'policy'));
  test('EPERM for every program: no permission', () => check(EPERM, '', false, 'no-capability'));
  test('a log means that the verifier spoke', () => check(EPERM, LOG, true, 'rejected'));
  test('EINVAL with a log', () => check(EINVAL, LOG, true, 'rejected'));
  test('EACCES without a log', () => check(EACCES, '', true, 'rejected'));
  test('EINVAL without a log', () => check(EINVAL, '\n', true, 'unsupported'));
  test('ENOENT', () => check(ENOENT, '', true, 'unsupported'));
  test('EOPNOTSUPP', () => check(EOPNOTSUPP, '', true, 'unsupported'));
  test('ENOTSUPP, which only the kernel knows', () => check(524, '', true, 'unsupported'));
  test('ENOMEM', () => check(ENOMEM, '', true, 'resources'));
});

describe('refused()', () => {
  function check(refusal: Refusal, errno: number, log: string, want: string): void {
    const error = refused('p', refusal, errno, log);
    expect(error.message).toBe(`Cannot load program "p": ${want}`);
    expect(error).toMatchObject({ refusal, errno, log, program: 'p' });
  }

  test('a policy is no matter of limits or capabilities', () =>
    check(
      'policy',
      EPERM,
      '',
      'a policy of this kernel forbids its type (EPERM before verification, other types load)',
    ));
  test('no permission says what is needed', () =>
    check('no-capability', EPERM, '', 'no permission (EPERM): needs CAP_BPF and CAP_PERFMON'));
  test('unsupported', () => check('unsupported', 524, '', 'this kernel does not support it (errno 524)'));
  test('rejected quotes the verifier', () =>
    check(
      'rejected',
      EACCES,
      LOG,
      "the verifier refused it (EACCES): R2 unbounded memory access, use 'var &= const' or 'if (var < const)'",
    ));
  test('resources', () => check('resources', ENOMEM, '', 'the kernel ran short (ENOMEM)'));
});

describe('lastMeaningfulLine()', () => {
  test('passes over statistics', () => expect(lastMeaningfulLine(LOG)).toMatch(/^R2 unbounded/));
  test('says so when there is none', () =>
    expect(lastMeaningfulLine('processed 2 insns (limit)\n')).toBe('it gave no reason'));
});
