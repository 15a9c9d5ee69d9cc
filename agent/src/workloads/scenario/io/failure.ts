import type { Failure } from '../protocols/protocol.ts';
import { ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT } from './errno.ts';

/** What a failed connect() or write() means to the caller. @param result -errno */
export function failureOf(result: number): Failure {
  switch (result) {
    case -ECONNREFUSED:
      return 'refused';
    case -ENETUNREACH:
    case -EHOSTUNREACH:
      return 'unreachable';
    case -ETIMEDOUT:
      return 'timeout';
    default:
      return 'reset';
  }
}
