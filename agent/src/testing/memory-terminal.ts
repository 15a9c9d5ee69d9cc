/** A terminal that keeps what is written to it. */
import { Writable } from 'node:stream';
import { Terminal } from '@sonde/cli';

export interface MemoryTerminal {
  readonly terminal: Terminal;
  stdout(): string;
  stderr(): string;
}

export function memoryTerminal(): MemoryTerminal {
  const [out, err] = [new Sink(), new Sink()];
  return {
    terminal: new Terminal('sonde-agent', out, err, {}),
    stdout: () => out.text,
    stderr: () => err.text,
  };
}

class Sink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}
