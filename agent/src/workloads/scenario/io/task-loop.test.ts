import { describe, expect, test } from '@jest/globals';
import { createWorld } from '../../../hooks/sim/world.ts';
import { Notice, Ready, type Task, TaskLoop, Until } from './task-loop.ts';

/** Runs tasks on one thread of a simulated process. @returns what they noted, with the time since the start in us */
function run(main: (loop: TaskLoop, note: (what: string) => void) => Task<void>): string[] {
  const world = createWorld();
  const node = world.addNode({ name: 'one' });
  const notes: string[] = [];
  node.spawn({
    comm: 'tasks',
    netns: node.addNetns(['10.0.0.1']),
    *main(os) {
      const loop = new TaskLoop(os);
      loop.spawn(main(loop, (what) => notes.push(what)));
      yield* loop.run();
      notes.push('end');
    },
  });
  world.run({ untilNs: world.nowNs + 1e9 });
  return notes;
}

function* after(loop: TaskLoop, ns: number, note: () => void): Task<void> {
  yield new Until(loop.os.nowNs + ns);
  note();
}

function* openPipe(loop: TaskLoop): Task<readonly [number, number]> {
  const ends = yield* loop.os.pipe();
  if (typeof ends === 'number') throw new Error(`Cannot open a pipe: errno ${-ends}`);
  return ends;
}

describe('TaskLoop', () => {
  test('lets tasks sleep side by side and wakes the earliest first', () => {
    const notes = run(function* (loop, note) {
      loop.spawn(after(loop, 3e6, () => note('third')));
      loop.spawn(after(loop, 1e6, () => note('first')));
      yield* after(loop, 2e6, () => note('second'));
    });
    expect(notes).toEqual(['first', 'second', 'third', 'end']);
  });

  test('all() ends with its last task, and a task may wait for others in turn', () => {
    const notes = run(function* (loop, note) {
      const inner = function* (): Task<void> {
        yield* loop.all([after(loop, 2e6, () => note('inner')), after(loop, 1e6, () => note('quick'))]);
        note('inner end');
      };
      yield* loop.all([]);
      yield* loop.all([inner(), after(loop, 0, () => note('none'))]);
      note('outer end');
    });
    expect(notes).toEqual(['none', 'quick', 'inner', 'inner end', 'outer end', 'end']);
  });

  test('wakes a task by notice, given before or while it waits, and by its deadline without one', () => {
    const notes = run(function* (loop, note) {
      const early = new Notice();
      const late = new Notice(loop.os.nowNs + 5e6);
      const never = new Notice(loop.os.nowNs + 2e6);
      loop.give(early);
      loop.spawn(after(loop, 1e6, () => loop.give(late)));
      const wait = function* (name: string, notice: Notice): Task<void> {
        yield notice;
        note(`${name} ${notice.isGiven}`);
      };
      yield* loop.all([wait('never', never), wait('late', late), wait('early', early)]);
    });
    expect(notes).toEqual(['early true', 'late true', 'never false', 'end']);
  });

  test('tells data from a deadline', () => {
    const notes = run(function* (loop, note) {
      const [reader, writer] = yield* openPipe(loop);
      const wait = function* (): Task<void> {
        const pause = new Ready(reader, 'read', loop.os.nowNs + 1e6);
        yield pause;
        note(pause.isReady ? 'data' : 'deadline');
      };
      yield* wait();
      loop.spawn(after(loop, 0.5e6, () => note('written')));
      yield* loop.os.writeAllBytes(writer, Uint8Array.of(1));
      yield* wait();
    });
    expect(notes).toEqual(['deadline', 'data', 'written', 'end']);
  });

  test('waits until a full pipe can be written again', () => {
    const notes = run(function* (loop, note) {
      const [reader, writer] = yield* openPipe(loop);
      yield* loop.os.setNonBlocking(writer, true);
      const chunk = new Uint8Array(4096);
      while ((yield* loop.os.writeBytes(writer, chunk)) > 0);
      const write = function* (): Task<void> {
        yield new Ready(writer, 'write');
        note((yield* loop.os.writeBytes(writer, chunk)) > 0 ? 'written' : 'still full');
      };
      const read = function* (): Task<void> {
        yield new Until(loop.os.nowNs + 1e6);
        note('read');
        for (let n = 0; n < 16; n++) yield* loop.os.readBytes(reader, 4096);
      };
      yield* loop.all([write(), read()]);
    });
    expect(notes).toEqual(['read', 'written', 'end']);
  });

  test('serves every descriptor although one is always readable', () => {
    const notes = run(function* (loop, note) {
      const [busy, writer] = yield* openPipe(loop);
      const [quiet, quietWriter] = yield* openPipe(loop);
      yield* loop.os.writeAllBytes(writer, Uint8Array.of(1));
      yield* loop.os.writeAllBytes(quietWriter, Uint8Array.of(1));
      const often = function* (): Task<void> {
        for (let turn = 0; turn < 5; turn++) yield new Ready(busy, 'read');
        note('busy');
      };
      const once = function* (): Task<void> {
        yield new Ready(quiet, 'read');
        note('quiet');
      };
      yield* loop.all([often(), once()]);
    });
    expect(notes).toEqual(['quiet', 'busy', 'end']);
  });
});
