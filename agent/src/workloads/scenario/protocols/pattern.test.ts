import { describe, expect, test } from '@jest/globals';
import { match, mayMatch } from './pattern.ts';

describe('match()', () => {
  test.each<[pattern: string, text: string, expected: Record<string, string> | null]>([
    ['a', 'a', {}],
    ['a', 'ab', null],
    ['id = {id}', 'id = 7', { id: '7' }],
    ['id = {id}', 'id = ', null],
    ['x IN ({list}) (a|b)*', 'x IN (1, 2) (a|b)*', { list: '1, 2' }],
    ['{a}:{b}', 'x:y:z', { a: 'x', b: 'y:z' }],
    ['cart:{id}', 'cart:a\nb', { id: 'a\nb' }],
  ])('%j on %j', (pattern, text, expected) => expect(match(pattern, text)).toEqual(expected));
});

describe('mayMatch()', () => {
  test.each<[template: string, pattern: string, expected: boolean]>([
    ['id = {1..9}', 'id = {id}', true],
    ['id = 7', 'id = {id}', true],
    ['{all}', 'id = {id}', true],
    ['id = {id} LIMIT 1', 'id = {id}', true],
    ['id > {id}', 'id = {id}', false],
    ['id = 7', 'id = 8', false],
    ['', '{id}', false],
  ])('%j on %j', (template, pattern, expected) => expect(mayMatch(template, pattern)).toBe(expected));
});
