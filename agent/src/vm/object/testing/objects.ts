/** The compiled objects of vm/testdata, for tests. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param name without its ending, e.g. `maps` or `refused/extern` */
export function objectBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(import.meta.dirname, '../../testdata', `${name}.bpf.o`)));
}

/** A file that not every machine has, or null with the reason printed. */
export function optionalBytes(path: string): Uint8Array | null {
  if (existsSync(path)) return new Uint8Array(readFileSync(path));
  console.log(`skipped: ${path} is not here`);
  return null;
}

export const KERNEL_BTF = '/sys/kernel/btf/vmlinux';
