/** What the rows of one batch share. */
import type { ClockOffset } from '../../model/time.ts';
import { EntityTable } from './entities.ts';
import { StringTable } from './strings.ts';
import { UnixTimes } from './unix-times.ts';

export class SharedTables {
  readonly strings = new StringTable();
  readonly entities = new EntityTable();
  readonly times: UnixTimes;

  constructor(offset: ClockOffset) {
    this.times = new UnixTimes(offset);
  }
}
