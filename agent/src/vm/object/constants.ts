/** Sets an object's constants (`const volatile` variables) before it is loaded. */
import type { Btf } from '../btf/btf.ts';
import { ObjectError } from './error.ts';
import type { ObjectSpec } from './spec.ts';

/**
 * A spec whose frozen data sections have the given values, found by the name of the variable; everything else is
 * shared with `spec`, which does not change.
 * @throws ObjectError for a name that no frozen section has (or two have), a variable that is not a number, and a
 *   value that is no whole number or outside the range of the variable's type
 */
export function withConstants(
  spec: ObjectSpec,
  constants: Readonly<Record<string, number | bigint>>,
): ObjectSpec {
  const entries = Object.entries(constants);
  if (entries.length === 0) return spec;
  const known = findConstants(spec);
  const contents = new Map<number, Uint8Array>();
  for (const [name, value] of entries) {
    const refuse = (problem: string) => new ObjectError(problem, null, `set constant "${name}"`);
    const [constant, ...others] = known.get(name) ?? [];
    if (constant === undefined || spec.btf === null) throw refuse('no read-only section has it');
    if (others.length > 0) throw refuse(`declared ${others.length + 1} times`);
    const bytes = contents.get(constant.map) ?? spec.maps[constant.map]!.initial!.slice();
    contents.set(constant.map, bytes);
    const type = scalarOf(spec.btf, constant.variableId);
    if (type === null) throw refuse('not a number of 1, 2, 4 or 8 bytes');
    if (constant.offsetBytes + type.bytes > bytes.length) throw refuse('runs past the end of its section');
    const whole = inRange(type, value, refuse);
    for (let at = 0; at < type.bytes; at++) {
      bytes[constant.offsetBytes + at] = Number((whole >> BigInt(at * 8)) & 0xffn);
    }
  }
  const maps = spec.maps.map((map, index) => ({ ...map, initial: contents.get(index) ?? map.initial }));
  return { ...spec, maps };
}

interface Constant {
  /** Index of the map that holds it. */
  readonly map: number;
  readonly variableId: number;
  readonly offsetBytes: number;
}

/** By name; static variables of different scopes may share one. */
function findConstants({ btf, maps }: ObjectSpec): Map<string, Constant[]> {
  const found = new Map<string, Constant[]>();
  for (const [index, map] of maps.entries()) {
    const section = btf !== null && map.frozen && map.initial !== null ? btf.typeById(map.valueTypeId) : null;
    if (btf === null || section?.kind !== 'datasec') continue;
    for (const { type, offsetBytes } of section.variables) {
      const constant = { map: index, variableId: type, offsetBytes };
      const name = btf.nameOf(type);
      found.set(name, [...(found.get(name) ?? []), constant]);
    }
  }
  return found;
}

interface Scalar {
  readonly bytes: number;
  readonly signed: boolean;
  readonly bool: boolean;
}

/** @returns null for a variable that is not a number */
function scalarOf(btf: Btf, variableId: number): Scalar | null {
  const variable = btf.typeById(variableId);
  const type = btf.typeById(variable.kind === 'var' ? btf.resolve(variable.type) : 0);
  if (type.kind !== 'int' && type.kind !== 'enum' && type.kind !== 'enum64') return null;
  if (![1, 2, 4, 8].includes(type.sizeBytes)) return null;
  return { bytes: type.sizeBytes, signed: type.signed, bool: type.kind === 'int' && type.bool };
}

function inRange(type: Scalar, value: number | bigint, refuse: (problem: string) => ObjectError): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw refuse(`${value} is not a whole number, or too large for a number (use a bigint)`);
  }
  const bits = BigInt(type.bool ? 1 : type.bytes * 8);
  const least = type.signed ? -(1n << (bits - 1n)) : 0n;
  const most = (1n << (type.signed ? bits - 1n : bits)) - 1n;
  const whole = BigInt(value);
  if (whole < least || whole > most) throw refuse(`${value} is outside ${least} .. ${most}`);
  return whole;
}
