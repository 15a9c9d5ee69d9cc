import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Silence } from './silence.ts';

describe('Silence', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** Plays steps, a number being ms that pass, and tells how often it was too long. */
  const check = (steps: readonly ('owed' | 'settled' | 'heard' | number)[], want: number) => {
    let times = 0;
    const silence = new Silence(100, () => times++);
    for (const step of steps) {
      if (typeof step === 'number') jest.advanceTimersByTime(step);
      else silence[step]();
    }
    expect(times).toBe(want);
  };

  test('is too long when what is owed does not come', () => check(['owed', 100], 1));
  test('is not too long before that', () => check(['owed', 99], 0));
  test('does not begin anew when more is owed', () => check(['owed', 60, 'owed', 40], 1));
  test('begins anew when something was heard', () => check(['owed', 60, 'heard', 99], 0));
  test('is too long after the last that was heard', () => check(['owed', 60, 'heard', 100], 1));
  test('may last while nothing is owed', () => check(['heard', 500, 'owed', 60, 'settled', 500], 0));
  test('is told once', () => check(['owed', 500], 1));
  test('is told again when something is owed again', () => check(['owed', 100, 'owed', 100], 2));
});
