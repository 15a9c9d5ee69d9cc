/**
 * Conversations as text files, one step a line:
 *
 *     # why this case is here
 *     client "GET / HTTP/1.1\r\n\r\n"     a JSON string, one byte a character (\u0000 to \u00ff)
 *     server opaque 5000                  bytes that were moved inside the kernel
 *     server lost 40                      bytes whose record never came
 *     server end                          sends no more, and still reads
 *     server close                        is done with the connection
 *     server reset                        breaks it off
 */
import type { Party, Step } from './conversation.ts';
import { bytesOf } from './conversation.ts';

/** @throws SyntaxError with the line */
export function readScript(text: string): Step[] {
  const steps: Step[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const found = /^(client|server) (?:(".*")|(opaque|lost) (\d+)|(end|close|reset))$/.exec(line);
    if (found === null) throw new SyntaxError(`Cannot read line ${at + 1}: ${line}`);
    const by = found[1] as Party;
    if (found[2] !== undefined) steps.push({ by, says: bytesOf(JSON.parse(found[2]) as string) });
    else if (found[3] === 'opaque') steps.push({ by, opaque: Number(found[4]) });
    else if (found[3] === 'lost') steps.push({ by, lost: Number(found[4]) });
    else if (found[5] === 'end') steps.push({ by, end: true });
    else if (found[5] === 'close') steps.push({ by, close: true });
    else steps.push({ by, reset: true });
  }
  return steps;
}
