/**
 * Cases for engines: programs with what they must return. A `.case` file of ours holds many, each headed by `== name`;
 * a `.data` file of bpf_conformance holds one. Both have the same sections:
 *
 *     -- asm      the program (testing/assembler.ts)
 *     -- mem      bytes in hex; r1 is their address, r2 their count
 *     -- maps     one map a line: type, key bytes, value bytes, entries (ours only)
 *     -- result   r0 in hex
 */
import { type MapSpec, MapType } from '../object/spec.ts';
import { type Assembled, assemble } from './assembler.ts';

export interface Case {
  readonly name: string;
  readonly program: Assembled;
  readonly memory: Uint8Array;
  readonly maps: readonly MapSpec[];
  readonly result: bigint;
}

/** All cases of one file. @throws SyntaxError naming the case */
export function parseCases(file: string, text: string): Case[] {
  const parts = text.split(/^== (.*)$/m);
  if (parts.length === 1) return [parseCase(file, text)];
  const cases: Case[] = [];
  for (let i = 1; i < parts.length; i += 2) cases.push(parseCase(`${file}: ${parts[i]}`, parts[i + 1]!));
  return cases;
}

function parseCase(name: string, text: string): Case {
  const sections = new Map<string, string>();
  const parts = text.split(/^-- (.*)$/m);
  for (let i = 1; i < parts.length; i += 2) sections.set(parts[i]!.trim(), parts[i + 1]!);
  const [asm, result] = [sections.get('asm'), sections.get('result')];
  if (asm === undefined || result === undefined)
    throw new SyntaxError(`Case "${name}" lacks "-- asm" or "-- result"`);
  return {
    name,
    program: assemble(asm),
    memory: Uint8Array.from(tokens(sections.get('mem') ?? ''), (byte) => Number.parseInt(byte, 16)),
    maps: lines(sections.get('maps') ?? '').map(mapSpec),
    result: BigInt(lines(result)[0]!.replace(/^(?!0x)/, '0x')),
  };
}

function mapSpec(line: string, index: number): MapSpec {
  const [type, keyBytes, valueBytes, maxEntries] = tokens(line);
  return {
    name: `map${index}`,
    type: MapType[type as keyof typeof MapType],
    keyBytes: Number(keyBytes),
    valueBytes: Number(valueBytes),
    maxEntries: Number(maxEntries),
    flags: 0,
    initial: null,
    frozen: false,
    keyTypeId: 0,
    valueTypeId: 0,
  };
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

function tokens(text: string): string[] {
  return lines(text).flatMap((line) => line.split(/\s+/));
}
