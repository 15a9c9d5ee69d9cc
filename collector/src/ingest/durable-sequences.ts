/**
 * How far each agent's batches are settled: the highest sequence of each (agent, boot epoch) that is durable, or refused
 * for good. Whatever an agent sends again up to there was taken before.
 *
 * One number an epoch is enough because an agent's batches are written one after the other: what is durable has no hole
 * that could still be filled.
 */
import type { BatchId } from '../model/columns.ts';

export interface DurableLimits {
  /** Agents from which on an unknown one is turned away. */
  readonly maxAgents: number;
  /** Boot epochs remembered of each agent, the newest. */
  readonly epochsPerAgent: number;
}

const DEFAULT_LIMITS: DurableLimits = { maxAgents: 65_536, epochsPerAgent: 8 };

interface AgentSequences {
  /** Boot epoch to the highest sequence. */
  readonly epochs: Map<number, number>;
  /** The newest epoch that was forgotten; -1: none. */
  forgotten: number;
}

export class DurableSequences {
  readonly #limits: DurableLimits;
  readonly #agents = new Map<string, AgentSequences>();

  constructor(limits: Partial<DurableLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Notes that a batch is settled. Order does not matter: the highest sequence stays. */
  advance({ agentId, bootEpoch, sequence }: BatchId): void {
    let agent = this.#agents.get(agentId);
    if (agent === undefined) {
      agent = { epochs: new Map(), forgotten: -1 };
      this.#agents.set(agentId, agent);
    }
    if (bootEpoch <= agent.forgotten) return;
    agent.epochs.set(bootEpoch, Math.max(sequence, agent.epochs.get(bootEpoch) ?? 0));
    if (agent.epochs.size > this.#limits.epochsPerAgent) {
      agent.forgotten = Math.min(...agent.epochs.keys());
      agent.epochs.delete(agent.forgotten);
    }
  }

  /** 0: none is settled. */
  highest(agentId: string, bootEpoch: number): number {
    return this.#agents.get(agentId)?.epochs.get(bootEpoch) ?? 0;
  }

  /** Why nobody may send under this identity, since a batch sent twice could not be told; null: one may. */
  objection(agentId: string, bootEpoch: number): string | null {
    const agent = this.#agents.get(agentId);
    if (agent === undefined && this.#agents.size >= this.#limits.maxAgents)
      return `${this.#limits.maxAgents} agents are known, which is the most`;
    if (agent !== undefined && bootEpoch <= agent.forgotten)
      return `what was stored of boot epoch ${bootEpoch} is forgotten, since ${this.#limits.epochsPerAgent} newer ones are known`;
    return null;
  }
}
