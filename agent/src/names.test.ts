import { describe, expect, test } from '@jest/globals';
import { captureNamesOf, type NamedProcess, namesOf } from './names.ts';

const process = (change: Partial<NamedProcess>): NamedProcess => ({
  name: 'cart',
  node: 'n1',
  cgroup: '/demo/cart',
  cgroupId: 1n,
  addresses: ['10.0.0.1'],
  port: 80,
  ...change,
});

const SHARED = [
  process({ name: 'cart', addresses: ['10.0.0.9'], port: 80 }),
  process({ name: 'bank', addresses: ['10.0.0.9'], port: 81, cgroupId: 2n }),
  process({ name: 'load', addresses: ['10.0.0.9'], port: null, cgroupId: 3n }),
];

describe('an endpoint is called', () => {
  const check = (processes: readonly NamedProcess[], endpoint: string, want: string | null) => {
    const [address, port] = endpoint.split(' ');
    expect(namesOf(processes).ofEndpoint({ address: address!, port: Number(port) })).toBe(want);
  };
  const row = (processes: readonly NamedProcess[], endpoint: string, want: string | null) =>
    [processes, endpoint, want] as const;
  const rows: Record<string, ReturnType<typeof row>> = {
    'as the only process at its address, at whatever port': row([process({})], '10.0.0.1 40000', 'cart'),
    'nothing at an address of nobody': row([process({})], '10.0.0.2 80', null),
    'as the replicas that share its address': row(
      [process({}), process({ node: 'n2' })],
      '10.0.0.1 1',
      'cart',
    ),
    'by its port where several share the address': row(SHARED, '10.0.0.9 81', 'bank'),
    'nothing at a shared address where nobody listens': row(SHARED, '10.0.0.9 40000', null),
    'nothing where two names listen on one port': row(
      [...SHARED, process({ name: 'other', addresses: ['10.0.0.9'], port: 81 })],
      '10.0.0.9 81',
      null,
    ),
  };
  test.each(Object.entries(rows))('%s', (_, args) => check(...args));
});

describe('the entity of a process is', () => {
  const check = (processes: readonly NamedProcess[], cgroupId: bigint, want: object) => {
    const names = namesOf(processes, 5);
    const ref = { node: 'n1', tgid: 7, cgroupId };
    expect(names.of(ref)).toEqual({
      kind: 'cgroup',
      serviceNamespace: '',
      validFromNs: 5,
      attributes: { 'host.name': 'n1' },
      ...want,
    });
    expect(names.of({ ...ref, tgid: 8 })).toBe(names.of(ref));
  };

  test('its node with its cgroup path, under its name', () =>
    check([process({})], 1n, { id: 'n1:/demo/cart', serviceName: 'cart', unnamed: '' }));

  test('its node with its cgroup id where nobody knows it', () =>
    check([process({})], 99n, { id: 'n1:cgroup/99', serviceName: '', unnamed: 'not known to the node' }));

  test('that of another node where ids are the same', () =>
    check([process({ node: 'n2' })], 1n, {
      id: 'n1:cgroup/1',
      serviceName: '',
      unnamed: 'not known to the node',
    }));

  test('unnamed where two names run in one cgroup', () =>
    check([process({}), process({ name: 'bank' })], 1n, {
      id: 'n1:/demo/cart',
      serviceName: '',
      unnamed: 'several services share the cgroup',
    }));
});

test('a process is called as its cgroup is, unless two names run in it', () => {
  const ofProcess = (processes: readonly NamedProcess[]) =>
    namesOf(processes).ofProcess({ node: 'n1', tgid: 7, cgroupId: 1n });
  expect(ofProcess([process({})])).toBe('cart');
  expect(ofProcess([process({}), process({ name: 'bank' })])).toBeNull();
  expect(ofProcess([])).toBeNull();
});

describe('in a capture', () => {
  const names = captureNamesOf(
    'replay',
    new Map([
      ['10.0.0.1', { tgid: 1 }],
      ['::1', { tgid: 2 }],
      ['::1 client', { tgid: 3 }],
    ]),
  );

  test.each([
    [
      1,
      {
        id: 'replay:10.0.0.1',
        serviceName: '10.0.0.1',
        unnamed: '',
        attributes: { 'host.ip': ['10.0.0.1'] },
      },
    ],
    [2, { id: 'replay:::1', serviceName: '::1', unnamed: '' }],
    [3, { id: 'replay:::1', serviceName: '::1', unnamed: '' }],
    [4, { id: 'replay:process/4', serviceName: '', unnamed: 'no host of the capture' }],
  ])('the entity of process %i is the address it plays', (tgid, want) => {
    const ref = { node: 'replay', tgid, cgroupId: 1n };
    expect(names.of(ref)).toMatchObject(want);
    expect(names.of(ref)).toBe(names.of({ ...ref }));
  });

  test('an address has one entity, however many processes play it', () => {
    const of = (tgid: number) => names.of({ node: 'replay', tgid, cgroupId: 1n });
    expect(of(2)).toBe(of(3));
  });

  test('an endpoint is called by its address, and one without has no name', () => {
    expect(names.ofEndpoint({ address: '10.0.0.7', port: 1 })).toBe('10.0.0.7');
    expect(names.ofEndpoint({ address: '', port: 0 })).toBeNull();
  });
});
