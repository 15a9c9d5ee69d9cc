/** What rows of a batch say of their entities, encoded once for each entity. */
import type { BatchColumns } from '../../model/columns.ts';
import type { BatchStrings, BlockStrings } from '../native/block-strings.ts';
import { type PreparedPairs, preparePairs } from '../native/string-map.ts';
import { ENTITY_KINDS } from './names.ts';

export class BatchEntities {
  readonly #batch: BatchColumns;
  readonly #strings: BatchStrings;
  readonly #block: BlockStrings;
  readonly #resources: PreparedPairs[] = [];

  constructor(batch: BatchColumns, strings: BatchStrings, block: BlockStrings) {
    this.#batch = batch;
    this.#strings = strings;
    this.#block = block;
  }

  /** The entities' ids, as strings of the block. */
  get ids(): Uint32Array {
    return this.#batch.entities.id.map((index) => this.#strings.id(index));
  }

  /** The entities' service names, as strings of the block. */
  get serviceNames(): Uint32Array {
    return this.#batch.entities.serviceName.map((index) => this.#strings.id(index));
  }

  /** Resource attributes of rows of the entity. */
  resource(entity: number): PreparedPairs {
    const known = this.#resources[entity];
    if (known !== undefined) return known;
    const pairs = preparePairs(this.#block, this.#resourceOf(entity));
    this.#resources[entity] = pairs;
    return pairs;
  }

  /** OpenTelemetry's names where it has them. What nobody knows is left out. */
  #resourceOf(entity: number): Map<string, string> {
    const { entities, node, platform } = this.#batch;
    const { texts } = this.#strings;
    const pairs = new Map<string, string>();
    for (let i = entities.attributes.offsets[entity]!; i < entities.attributes.offsets[entity + 1]!; i++)
      pairs.set(texts[entities.attributes.key[i]!]!, texts[entities.attributes.value[i]!]!);
    const known: readonly (readonly [string, string])[] = [
      ['service.name', texts[entities.serviceName[entity]!]!],
      ['service.namespace', texts[entities.serviceNamespace[entity]!]!],
      ['host.name', node],
      ['sonde.entity.id', texts[entities.id[entity]!]!],
      ['sonde.entity.kind', ENTITY_KINDS[entities.kind[entity]!] ?? ''],
      ['sonde.unnamed', texts[entities.unnamed[entity]!]!],
      ['sonde.simulated', String(platform === 'simulated')],
    ];
    for (const [key, value] of known) if (value !== '') pairs.set(key, value);
    return pairs;
  }
}
