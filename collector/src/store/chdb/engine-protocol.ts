/** The messages between a store and the child process that runs its engine. */

/** Every request has one answer, except `close`, after whose answer the process ends. */
export type EngineRequest = EngineOrder & { readonly id: number };

export type EngineOrder =
  /** Loads the engine and opens a folder; the first request. */
  | { readonly kind: 'open'; readonly folder: string; readonly configFile: string }
  /** A statement of our own with every right. Such statements are run one after another. */
  | { readonly kind: 'run'; readonly sql: string }
  /** A statement with the rights of a reader, on a connection of its own. */
  | { readonly kind: 'read'; readonly sql: string; readonly format: string; readonly limits: ReadLimits }
  | { readonly kind: 'close' };

export interface ReadLimits {
  /** 0: without limit. */
  readonly maxRows: number;
  /** True: an answer with more rows is an error instead of being cut. */
  readonly refusesMore?: boolean;
  readonly maxMemoryBytes: number;
  readonly timeoutMs: number;
}

export type EngineReply =
  | { readonly id: number; readonly kind: 'answer'; readonly bytes: Uint8Array }
  /** What the engine said. */
  | { readonly id: number; readonly kind: 'fault'; readonly message: string }
  /** The package of the engine cannot be loaded. */
  | { readonly id: number; readonly kind: 'missing'; readonly message: string };
