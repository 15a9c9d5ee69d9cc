/** What rows are about: containers, pods, cgroups; and their names, which may come later (docs/adr/0004). */
import type { AttributeValue } from './attributes.ts';

/** A process as the kernel knows it. */
export interface ProcessRef {
  readonly node: string;
  readonly tgid: number;
  readonly cgroupId: bigint;
}

export interface Entity {
  /** Container id, else pod uid, else `<node>:<cgroup path>`. Known at once and for ever. */
  readonly id: string;
  readonly kind: 'container' | 'pod' | 'cgroup';
  /** `service.name`; "" where nobody knows one. */
  readonly serviceName: string;
  /** `service.namespace`; "" where there is none. */
  readonly serviceNamespace: string;
  /** Why it has no name; "" if it has one. */
  readonly unnamed: string;
  /** From when on the names hold, monotonic ns of the node. */
  readonly validFromNs: number;
  /** Further resource attributes. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface EntitySource {
  /** The entity of a process; the same object for as long as nothing about it has changed. */
  of(process: ProcessRef): Entity;
}
