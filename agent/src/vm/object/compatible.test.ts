import { describe, expect, test } from '@jest/globals';
import { Btf } from '../btf/btf.ts';
import { BtfBuilder } from '../btf/builder.ts';
import { fieldsCompatible, typesCompatible, typesMatch } from './compatible.ts';

type Make = (b: BtfBuilder) => number;
type Relation = typeof fieldsCompatible;

function check(relation: Relation, local: Make, target: Make): boolean {
  const build = (make: Make): [Btf, number] => {
    const builder = new BtfBuilder();
    const id = make(builder);
    return [Btf.parse(builder.build()), id];
  };
  return relation(...build(local), ...build(target));
}

const int: Make = (b) => b.int('int', 4, { signed: true });
const long: Make = (b) => b.int('long', 8, { signed: true });
const unsigned: Make = (b) => b.int('unsigned int', 4);
const float: Make = (b) => b.float('float', 4);
const voidType: Make = () => 0;
const forward: Make = (b) => b.forward('sock');
const forwardUnion: Make = (b) => b.forward('sock', 'union');
const sock: Make = (b) => b.struct('sock', 8, [{ name: 'a', type: int(b) }]);
const sockMore: Make = (b) =>
  b.struct('sock___new', 16, [
    { name: 'b', type: long(b) },
    { name: 'a___x', type: int(b), offsetBytes: 8 },
  ]);
const sockOther: Make = (b) => b.struct('sock', 8, [{ name: 'a', type: long(b) }]);
const file: Make = (b) => b.struct('file', 8, []);
const union: Make = (b) => b.union('sock', 8, []);
const state: Make = (b) => b.enumeration('state', { A: 1 });
const stateMore: Make = (b) => b.enumeration('state', { B: 1, A___x: 7 });
const stateSmall: Make = (b) => b.enumeration('state', { A: 1 }, { sizeBytes: 1 });
const state64: Make = (b) => b.enumeration64('state', { A: 1n }, { sizeBytes: 4 });
const mode: Make = (b) => b.enumeration('mode', { A: 1 });
const nameless: Make = (b) => b.enumeration('', { A: 1 });
const pointer =
  (to: Make): Make =>
  (b) =>
    b.pointer(to(b));
const typedef =
  (to: Make): Make =>
  (b) =>
    b.typedef('alias', b.const(b.volatile(to(b))));
const array =
  (of: Make, count: number): Make =>
  (b) =>
    b.array(of(b), count, 0);
const callback =
  (returns: Make, ...params: Make[]): Make =>
  (b) =>
    b.functionPrototype(
      returns(b),
      params.map((param) => ({ name: 'x', type: param(b) })),
    );

/** Names, kinds and answers of the three relations: field, type, match. */
const rows: readonly [
  what: string,
  local: Make,
  target: Make,
  field: boolean,
  type: boolean,
  match: boolean,
][] = [
  ['the same int', int, int, true, true, true],
  ['ints of other size', int, long, true, true, false],
  ['ints of other sign', int, unsigned, true, true, false],
  ['int and float', int, float, false, false, false],
  ['floats', float, float, true, false, false],
  ['void and void', voidType, voidType, false, true, true],
  ['void and int', voidType, int, false, false, false],
  ['typedefs of one type', typedef(int), typedef(int), true, true, true],
  ['a typedef and what it names', typedef(int), int, true, false, true],
  ['pointers to anything', pointer(int), pointer(sock), true, false, false],
  ['pointers to void', pointer(voidType), pointer(voidType), true, true, true],
  ['a struct with more members', sock, sockMore, true, true, true],
  ['a struct with fewer members', sockMore, sock, true, true, false],
  ['a struct with a member of another type', sock, sockOther, true, true, false],
  ['structs of other names', sock, file, true, true, false],
  ['struct and union', sock, union, true, false, false],
  ['pointers to structs that differ', pointer(sock), pointer(sockOther), true, true, true],
  ['pointers to struct and forward declaration', pointer(sock), pointer(forward), true, false, true],
  ['pointers to forward declaration and struct', pointer(forward), pointer(sock), true, false, true],
  ['pointers to forward union and struct', pointer(forwardUnion), pointer(sock), true, false, false],
  ['pointers to struct and forward union', pointer(sock), pointer(forwardUnion), true, false, false],
  ['forward declaration and struct', forward, sock, false, false, false],
  ['forward declarations', forward, forward, true, true, true],
  ['forward declarations of other kinds', forward, forwardUnion, true, true, false],
  ['an enum with more enumerators', state, stateMore, true, true, true],
  ['an enum with fewer enumerators', stateMore, state, true, true, false],
  ['enums of other sizes', state, stateSmall, true, true, false],
  ['enum and enum64', state, state64, true, true, true],
  ['enums of other names', state, mode, false, true, false],
  ['an enum without name', state, nameless, true, true, false],
  ['arrays of other lengths', array(int, 2), array(int, 3), true, true, false],
  ['arrays of one length', array(int, 2), array(int, 2), true, true, true],
  ['arrays of other elements', array(int, 2), array(float, 2), false, false, false],
  ['functions', callback(int, sock), callback(int, sock), false, true, true],
  ['functions of other parameters', callback(int, sock), callback(int, union), false, false, false],
  ['functions with more parameters', callback(int), callback(int, int), false, false, false],
  ['functions of other results', callback(int), callback(float), false, false, false],
  ['functions and pointers to them', callback(int), pointer(callback(int)), false, false, false],
];

describe.each([
  ['fieldsCompatible()', fieldsCompatible, 3],
  ['typesCompatible()', typesCompatible, 4],
  ['typesMatch()', typesMatch, 5],
] as const)('%s', (_, relation, column) => {
  test.each(rows)('%s', (...row) => expect(check(relation, row[1], row[2])).toBe(row[column]));
});

test('types that nest deep or without end are answered or refused, in no time', () => {
  // Each function has two parameters of the next: without a memory, 2^40 questions.
  const deep: Make = (b) => {
    const ids = Array.from({ length: 40 }, () => b.reserve());
    const last = b.struct('last', 0, []);
    ids.forEach((id, index) => {
      const next = ids[index + 1] ?? last;
      b.typedef(
        't',
        b.functionPrototype(0, [
          { name: '', type: next },
          { name: '', type: next },
        ]),
        id,
      );
    });
    return ids[20]!;
  };
  expect(check(typesCompatible, deep, deep)).toBe(true);
  expect(check(typesMatch, deep, deep)).toBe(true);
  const cyclic: Make = (b) => {
    const id = b.reserve();
    return b.struct('s', 8, [{ name: 'a', type: id }], id);
  };
  expect(() => check(typesMatch, cyclic, cyclic)).toThrow('type struct s is nested deeper than 32 levels');
  const endless: Make = (b) => {
    const id = b.reserve();
    return b.typedef('t', b.array(id, 1, 0), id);
  };
  expect(() => check(fieldsCompatible, endless, endless)).toThrow('nested deeper than 32 levels');
});
