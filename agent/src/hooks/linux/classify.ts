/** Why the kernel did not take a program, in terms that say what can be done about it. */
import { constants } from 'node:os';
import { LoadError } from '../hook.ts';
import { errnoName } from './bpf-syscall.ts';

/**
 * - `policy`: this kernel forbids this type of program although it lets others load (a security module, most likely):
 *   take another rung of the ladder, do not retry.
 * - `no-capability`: no program of ours may load: CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN) are missing.
 * - `unsupported`: the kernel lacks the type, the hook, a map or a helper.
 * - `rejected`: the verifier read the program and found fault with it.
 * - `resources`: memory, descriptors or a limit.
 */
export type Refusal = 'policy' | 'no-capability' | 'unsupported' | 'rejected' | 'resources';

export class ProgramRefused extends LoadError {
  readonly refusal: Refusal;

  constructor(program: string, refusal: Refusal, reason: string, log: string, errno: number) {
    super(program, reason, { log, errno });
    this.refusal = refusal;
  }
}

/**
 * @param log the verifier's; "" if it never came so far
 * @param trivialLoads whether a program of two instructions loads; asked only where it decides
 */
export function classify(errno: number, log: string, trivialLoads: () => boolean): Refusal {
  const { EPERM, EACCES, E2BIG, ENOMEM, EMFILE, ENFILE, EAGAIN, ENOSPC } = constants.errno;
  if (log.trim() !== '') return 'rejected';
  switch (errno) {
    case EPERM:
      return trivialLoads() ? 'policy' : 'no-capability';
    case EACCES:
      return 'rejected';
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case EAGAIN:
    case ENOSPC:
    case E2BIG:
      return 'resources';
    default:
      return 'unsupported';
  }
}

/** The refusal as one line; the whole log stays on the error. */
export function refused(program: string, refusal: Refusal, errno: number, log: string): ProgramRefused {
  const name = errnoName(errno);
  const reasons: Readonly<Record<Refusal, string>> = {
    policy: `a policy of this kernel forbids its type (${name} before verification, other types load)`,
    'no-capability': `no permission (${name}): needs CAP_BPF and CAP_PERFMON`,
    unsupported: `this kernel does not support it (${name})`,
    rejected: `the verifier refused it (${name}): ${lastMeaningfulLine(log)}`,
    resources: `the kernel ran short (${name})`,
  };
  return new ProgramRefused(program, refusal, reasons[refusal], log, errno);
}

/**
 * The verifier names its reason in the last line before its statistics:
 * ```
 * 12: (85) call bpf_probe_read_user#112
 * R2 unbounded memory access, use 'var &= const' or 'if (var < const)'
 * processed 13 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
 * ```
 */
export function lastMeaningfulLine(log: string): string {
  const lines = log.split('\n').map((line) => line.trim());
  const last = lines.findLast((line) => line !== '' && !STATISTICS.test(line));
  return last ?? 'it gave no reason';
}

const STATISTICS = /^(processed \d+ insns|verification time|stack depth|mark_precise|func#\d)/;
