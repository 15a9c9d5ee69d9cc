/** The entities that rows of one batch refer to, each once; rows hold their indices. */
import { sonde } from '@sonde/proto';
import type { Entity } from '../../model/entity.ts';
import { AttributeColumns } from './attributes.ts';
import type { StringTable } from './strings.ts';
import type { UnixTimes } from './unix-times.ts';

const KINDS = {
  container: sonde.v1.EntityKind.ENTITY_KIND_CONTAINER,
  pod: sonde.v1.EntityKind.ENTITY_KIND_POD,
  cgroup: sonde.v1.EntityKind.ENTITY_KIND_CGROUP,
} as const satisfies Record<Entity['kind'], sonde.v1.EntityKind>;

export class EntityTable {
  /** By the object: its source hands out the same one until something about the entity changes. */
  readonly #rows = new Map<Entity, number>();

  rowOf(entity: Entity): number {
    const known = this.#rows.get(entity);
    if (known !== undefined) return known;
    const row = this.#rows.size;
    this.#rows.set(entity, row);
    return row;
  }

  get rows(): number {
    return this.#rows.size;
  }

  columns(strings: StringTable, times: UnixTimes): sonde.v1.Entities.$Properties {
    const entities = [...this.#rows.keys()];
    const attributes = new AttributeColumns(strings);
    for (const entity of entities) attributes.addRow(entity.attributes);
    return {
      id: entities.map((entity) => strings.indexOf(entity.id)),
      kind: entities.map((entity) => KINDS[entity.kind]),
      serviceName: entities.map((entity) => strings.indexOf(entity.serviceName)),
      serviceNamespace: entities.map((entity) => strings.indexOf(entity.serviceNamespace)),
      unnamed: entities.map((entity) => strings.indexOf(entity.unnamed)),
      validFromUnixNano: entities.map((entity) => times.at(entity.validFromNs)),
      attributes: attributes.columns,
    };
  }
}
